import type { Claimed, PlanDocument, StatusToken } from "../plan/inspection.ts";
import { asMojibake } from "./mojibake.ts";
import { readPlan } from "./read-plan.ts";

/** The greatest number of bytes that a change of status may touch. */
export const MOST_CHANGED_BYTES = 4;

/** What became of a wish to change a status in a document. */
export interface StatusChange {
  /** The document after the change; the same bytes when nothing changed. */
  readonly bytes: Uint8Array;
  readonly changed: boolean;
  /** Why nothing changed, in a few words; null when it did. */
  readonly reason: string | null;
}

/** The document as it came: an unchanged plan prints byte for byte. */
export function printPlan(document: PlanDocument): Uint8Array {
  return document.source;
}

/**
 * Changes the status of one item in the document, and nothing else: only bytes of its status token, four at most.
 *
 * The token keeps its dialect: a box stays a box, a mark a mark, a word a word in the same case, and what was encoded
 * twice stays so. Where that cannot be done, nothing changes and the reason says why. The result is read again before it
 * is given out: every other item reads as before.
 */
export function setStatus(document: PlanDocument, key: string, claimed: Claimed): StatusChange {
  const refuse = (reason: string): StatusChange => ({ bytes: document.source, changed: false, reason });
  const item = document.items.find((one) => one.key === key);
  if (item === undefined) return refuse(`no item has the key ${key}`);
  if (item.claimed === claimed) return refuse(`the document already says ${claimed}`);
  const token = document.statusTokens.get(key);
  if (token === undefined) return refuse("the item has no status in the document that could be changed");
  const old = document.source.subarray(token.start, token.end);
  let reason = `the document's way of writing a status (${token.form}) has no word for ${claimed}`;
  for (const spelling of spellingsOf(old, token, claimed)) {
    const bytes = splice(document.source, token, spelling);
    if (bytes === null) {
      reason = `writing ${claimed} would change more than ${MOST_CHANGED_BYTES} bytes`;
      continue;
    }
    if (readsAs(document, bytes, key, claimed)) return { bytes, changed: true, reason: null };
    reason = `the text around the status would still not read as ${claimed}`;
  }
  return refuse(reason);
}

/** How each state is written in a box, in the order of preference. */
const BOXES: Readonly<Record<Claimed, readonly string[]>> = {
  done: ["x"],
  pending: [" "],
  in_progress: ["~", "/"],
  cancelled: ["-"],
  deferred: [">"],
  blocked: ["!"],
  failed: ["❌"],
  partial: [],
  unknown: [],
};

/** How each state is written as a mark. Coloured circles stay circles. */
const MARKS: Readonly<Record<Claimed, readonly string[]>> = {
  done: ["✅"],
  pending: ["⏳"],
  in_progress: ["🔄", "🚧"],
  failed: ["❌"],
  blocked: ["🚫", "⏸"],
  deferred: ["⏭", "💤"],
  cancelled: [],
  partial: [],
  unknown: [],
};
const CIRCLES: Readonly<Partial<Record<Claimed, readonly string[]>>> = {
  done: ["🟢"],
  in_progress: ["🟡"],
  pending: ["🔴"],
};

const WORDS: Readonly<Record<Claimed, readonly string[]>> = {
  done: ["done", "completed", "complete", "closed", "passed", "merged", "finished", "完了"],
  pending: ["pending", "todo", "to do", "open", "planned", "not started", "draft", "new", "未着手"],
  in_progress: ["in progress", "in-progress", "in_progress", "active", "started", "wip", "進行中"],
  partial: ["partial", "partly done", "partially complete", "mostly done"],
  blocked: ["blocked", "on hold"],
  failed: ["failed", "broken"],
  cancelled: ["cancelled", "dropped"],
  deferred: ["deferred", "later"],
  unknown: [],
};

/** A field that holds true or false keeps doing so. */
const FLAGS: Readonly<Record<Claimed, readonly string[]>> = {
  done: ["true"],
  pending: ["false"],
  in_progress: [],
  partial: [],
  blocked: [],
  failed: [],
  cancelled: [],
  deferred: [],
  unknown: [],
};

function spellingsOf(old: Uint8Array, token: StatusToken, claimed: Claimed): Uint8Array[] {
  const encoder = new TextEncoder();
  const text = new TextDecoder().decode(old);
  if (token.form === "box") return BOXES[claimed].map((box) => encoder.encode(box));
  if (token.form === "emoji") {
    const circle = /^[\u{1f534}\u{1f7e0}-\u{1f7e2}]/u.test(text);
    const marks = circle ? (CIRCLES[claimed] ?? []) : MARKS[claimed];
    const twice = text.charCodeAt(0) > 0x7f && text.charCodeAt(0) < 0x2000;
    return marks.flatMap((mark) => (twice ? encodedTwice(mark) : [mark])).map((mark) => encoder.encode(mark));
  }
  if (/^(?:true|false)$/i.test(text)) return FLAGS[claimed].map((word) => encoder.encode(inCaseOf(text, word)));
  return WORDS[claimed].map((word) => encoder.encode(inCaseOf(text, word)));
}

/** Tools that encode twice either keep bytes that the code page does not define, or lose them. */
function encodedTwice(mark: string): string[] {
  const kept = asMojibake(mark);
  return [kept, kept.replace(/[\u0081\u008d\u008f\u0090\u009d]/g, "")];
}

function inCaseOf(old: string, word: string): string {
  if (old === old.toUpperCase() && old !== old.toLowerCase()) return word.toUpperCase();
  const first = old.charAt(0);
  if (first !== first.toUpperCase() || first === first.toLowerCase()) return word;
  const each = /\s\p{Lu}/u.test(old);
  return each
    ? word.replace(/(?:^|\s)\p{L}/gu, (letter) => letter.toUpperCase())
    : word.charAt(0).toUpperCase() + word.slice(1);
}

/** Replaces a token by as few bytes as possible; null when more than {@link MOST_CHANGED_BYTES} would change. */
function splice(source: Uint8Array, token: StatusToken, spelling: Uint8Array): Uint8Array | null {
  const old = source.subarray(token.start, token.end);
  let head = 0;
  while (head < old.length && head < spelling.length && old[head] === spelling[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < spelling.length - head && old.at(-1 - tail) === spelling.at(-1 - tail))
    tail += 1;
  const removed = old.length - head - tail;
  const inserted = spelling.subarray(head, spelling.length - tail);
  if (Math.max(removed, inserted.length) > MOST_CHANGED_BYTES) return null;
  const bytes = new Uint8Array(source.length - removed + inserted.length);
  bytes.set(source.subarray(0, token.start + head));
  bytes.set(inserted, token.start + head);
  bytes.set(source.subarray(token.end - tail), token.start + head + inserted.length);
  return bytes;
}

/** Whether the changed document reads as the old one but for this one status. */
function readsAs(before: PlanDocument, bytes: Uint8Array, key: string, claimed: Claimed): boolean {
  const after = readPlan(bytes, { fileName: before.format === "yaml" ? "plan.yaml" : "plan.md" });
  if (after.items.length !== before.items.length || after.gates.length !== before.gates.length) return false;
  return before.items.every((item, i) => {
    const other = after.items[i];
    if (other === undefined || other.key !== item.key || other.kind !== item.kind || other.line !== item.line)
      return false;
    return other.claimed === (item.key === key ? claimed : item.claimed);
  });
}
