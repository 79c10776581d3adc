import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import {
  type FieldMap,
  type FieldValue,
  fieldLines,
  flowFields,
  flowText,
  isFieldMap,
  itemLines,
  lineText,
} from "./yaml-text.ts";

/** The way to a map or list: a key of a map, or the item of a list whose field has a value. */
export type SplicePath = readonly (string | { readonly field: string; readonly is: string })[];

/**
 * Sets one field of a map in a YAML text by splicing.
 *
 * @param path the map; empty for the root
 * @returns the new text, or null when the text is laid out in a way that a splice cannot follow
 */
export function setField(text: string, path: SplicePath, key: string, value: FieldValue): string | null {
  const map = find(text, path);
  if (!isMap(map)) return null;
  const pair = map.items.find((candidate) => isScalar(candidate.key) && String(candidate.key.value) === key);
  if (pair !== undefined) return replaceValue(text, map, pair, value);
  if (map.flow === true) return insertInFlow(text, map, `${flowText(key)}: ${flowText(value)}`);
  const first = map.items[0]?.key;
  if (!isNode(first) || first.range == null) return null;
  const indent = columnOf(text, first.range[0]);
  return insertLines(text, endOf(map), fieldLines(key, value, indent, stepOf(text, map, indent), 2));
}

/** Adds an item to the end of a list in a YAML text by splicing; null where that cannot be done. */
export function appendItem(text: string, path: SplicePath, fields: FieldMap): string | null {
  const list = find(text, path);
  if (!isSeq(list)) return null;
  if (list.flow === true) return insertInFlow(text, list, `{ ${flowFields(fields)} }`);
  if (list.range == null) return null;
  return insertLines(text, endOf(list), itemLines(fields, columnOf(text, list.range[0])));
}

function find(text: string, path: SplicePath): unknown {
  let node: unknown = parseDocument(text, { schema: "core", prettyErrors: false }).contents;
  for (const part of path) {
    if (typeof part === "string") node = isMap(node) ? node.get(part, true) : null;
    else node = isSeq(node) ? node.items.find((item) => isMap(item) && item.get(part.field) === part.is) : null;
  }
  return node;
}

function replaceValue(text: string, map: YAMLMap, pair: YAMLMap["items"][number], value: FieldValue): string | null {
  const { key, value: now } = pair;
  if (!isNode(key) || key.range == null) return null;
  if (
    !isNode(now) ||
    now.range == null ||
    isAlias(now) ||
    now.anchor !== undefined ||
    now.tag?.startsWith("!") === true
  ) {
    return null;
  }
  const [start, end] = now.range;
  if (isScalar(now) && now.value === null && start === end) {
    if (map.flow === true || !isFieldMap(value)) return splice(text, start, start, ` ${flowText(value)}`);
    const indent = columnOf(text, key.range[0]);
    const lines = fieldLines("x", value, indent, stepOf(text, map, indent), 2).slice(1);
    return insertLines(text, key.range[1], lines);
  }
  // A block has lines and comments of its own; replacing it would lose them.
  const isBlock = isCollection(now) ? now.flow !== true : now.type === "BLOCK_LITERAL" || now.type === "BLOCK_FOLDED";
  if (isBlock) return null;
  return splice(text, start, end, map.flow === true ? flowText(value) : lineText(value));
}

function insertInFlow(text: string, collection: YAMLMap | YAMLSeq, entry: string): string | null {
  if (collection.range == null) return null;
  if (collection.items.length > 0) {
    const end = endOf(collection);
    return splice(text, end, end, `, ${entry}`);
  }
  const [start, end] = collection.range;
  return splice(text, start + 1, end - 1, isMap(collection) ? ` ${entry} ` : entry);
}

/** Inserts whole lines after the line that an offset stands on. */
function insertLines(text: string, offset: number, lines: readonly string[]): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const block = lines.join(eol);
  if (text[offset - 1] === "\n") return splice(text, offset, offset, `${block}${eol}`);
  const at = text.indexOf("\n", offset);
  return at === -1 ? `${text}${eol}${block}` : splice(text, at + 1, at + 1, `${block}${eol}`);
}

/** Where the last thing in a collection ends, without comments and blank lines after it. */
function endOf(node: unknown): number {
  if (isCollection(node)) {
    const last: unknown = node.items.at(-1);
    // A collection between brackets that is itself an item ends with its bracket.
    if (isPair(last)) return isEmptyNull(last.value) ? closing(last.key) : closing(last.value ?? last.key);
    if (last !== undefined) return closing(last);
  }
  return closing(node);
}

function closing(node: unknown): number {
  if (isCollection(node) && node.flow !== true && node.items.length > 0) return endOf(node);
  return isNode(node) ? (node.range?.[1] ?? 0) : 0;
}

function isEmptyNull(node: unknown): boolean {
  return isScalar(node) && node.value === null && node.range != null && node.range[0] === node.range[1];
}

/** How far this file moves nested blocks in; 2 where it does not show. */
function stepOf(text: string, map: YAMLMap, indent: number): number {
  for (const { value } of map.items) {
    const first = isMap(value) && value.flow !== true ? value.items[0]?.key : null;
    if (isNode(first) && first.range != null) return Math.max(1, columnOf(text, first.range[0]) - indent);
  }
  return 2;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1);
}

function splice(text: string, start: number, end: number, insertion: string): string {
  return text.slice(0, start) + insertion + text.slice(end);
}
