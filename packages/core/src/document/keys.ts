import type { Draft } from "./draft.ts";
import { nameOf } from "./draft.ts";

/**
 * A 53-bit hash of a text as 12 hex digits: two multiply-and-xor lanes over its UTF-16 units, mixed at the end.
 *
 * Not for secrets or digests: it names items, and a clash only makes the occurrence number step in.
 */
export function shortHash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (b >>> 0).toString(16).padStart(8, "0") + ((a >>> 0) & 0xffff).toString(16).padStart(4, "0");
}

/** An id that more than one item uses. */
export interface SharedId {
  readonly id: string;
  readonly lines: readonly number[];
}

/** Keys of all items, and the ids that could not be keys. */
export interface Keys {
  readonly of: ReadonlyMap<Draft, string>;
  readonly shared: readonly SharedId[];
}

/** What a reader may put into the place of an id that is still to be chosen: `TXXX`. */
const PLACEHOLDER = /^[A-Z]{0,4}X{2,4}$/;

/**
 * Gives each item its key: the explicit id where it is unique, else a hash of kind, normalised title path and
 * occurrence. Neither the line nor the position goes into it, so that keys stay when text moves.
 */
export function makeKeys(drafts: readonly Draft[]): Keys {
  const lines = new Map<string, number[]>();
  for (const item of drafts) {
    const { id, line } = item;
    if (id === null || PLACEHOLDER.test(id) || !isKeyLike(item)) continue;
    const known = lines.get(id);
    if (known === undefined) lines.set(id, [line]);
    else known.push(line);
  }
  const of = new Map<Draft, string>();
  const paths = new Map<Draft, string>();
  const used = new Set<string>();
  const counts = new Map<string, number>();
  for (const item of drafts) {
    const path = pathOf(item, paths);
    const { id } = item;
    if (id !== null && lines.get(id)?.length === 1 && isKeyLike(item)) {
      of.set(item, id);
      used.add(id);
      continue;
    }
    let occurrence = counts.get(path) ?? 0;
    let key = shortHash(`${path}\u0000${occurrence}`);
    while (used.has(key)) {
      occurrence += 1;
      key = shortHash(`${path}\u0000${occurrence}`);
    }
    counts.set(path, occurrence + 1);
    used.add(key);
    of.set(item, key);
  }
  const shared = [...lines].filter(([, at]) => at.length > 1).map(([id, at]) => ({ id, lines: at }));
  return { of, shared };
}

/** The number of a numbered heading or criterion is its place in a list; it names the item only within its parent. */
function isKeyLike(item: Draft): boolean {
  if (item.id === null) return false;
  if (/^#?\d+$/.test(item.id)) return item.reason.startsWith("yaml.") || item.reason.startsWith("frontmatter");
  return true;
}

function pathOf(item: Draft, paths: Map<Draft, string>): string {
  const known = paths.get(item);
  if (known !== undefined) return known;
  // Parents come before their children nearly always, so that the chain is one item long.
  const chain: Draft[] = [item];
  let above = item.parent;
  while (above !== null && !paths.has(above)) {
    chain.push(above);
    above = above.parent;
  }
  let path = above === null ? "" : (paths.get(above) ?? "");
  for (let i = chain.length - 1; i >= 0; i -= 1) {
    const one = chain[i];
    if (one === undefined) continue;
    // A hash of the path so far keeps the paths of deep trees short.
    path = `${path === "" ? "" : shortHash(path)}/${one.kind}:${nameOf(one)}`;
    paths.set(one, path);
  }
  return path;
}
