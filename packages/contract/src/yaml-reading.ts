import { type Document, isAlias, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { z } from "zod";

/** One thing that is wrong with a YAML file, and where. */
export interface YamlFault {
  /** `syntax`: it is not YAML that we read; `key`: a key is not known; `value`: a value does not fit. */
  readonly kind: "syntax" | "key" | "value";
  /** 1-based. */
  readonly line: number;
  /** Path of the field, such as `checks[0].timeout`; empty for the whole file. */
  readonly field: string;
  /** What is wrong, as the rest of a sentence that begins with the field. */
  readonly what: string;
}

/** A YAML file as read: its value with the place of each field, or its faults by line. */
export type YamlReading<T> =
  | { readonly ok: true; readonly value: T; readonly lineOf: (path: readonly PropertyKey[]) => number }
  | { readonly ok: false; readonly faults: readonly [YamlFault, ...YamlFault[]] };

/** How much a file that people write may hold. */
export interface YamlBounds {
  /** UTF-16 code units. @default 1 MiB */
  readonly length?: number;
  /** How deep values may be nested. @default 32 */
  readonly depth?: number;
  /** How many values aliases may stand for in total. @default 100 */
  readonly aliases?: number;
}

/** The bounds that hold where nothing else is said. */
const YAML_BOUNDS: Required<YamlBounds> = { length: 1024 * 1024, depth: 32, aliases: 100 };

/**
 * Reads a YAML file that people write, and checks it against a shape.
 *
 * Safe on any input: one document, YAML 1.2 core types only, no tags of one's own, no duplicate keys, and bounds on size,
 * depth and aliases, so that a small file cannot unfold into a large one. Nothing is thrown for what a file may hold.
 */
export function readYamlAs<T>(shape: z.ZodType<T>, text: string, bounds: YamlBounds = {}): YamlReading<T> {
  const limits = { ...YAML_BOUNDS, ...bounds };
  if (text.length > limits.length) {
    return fault(`holds ${text.length} characters; at most ${limits.length} are read`);
  }
  const deep = deepestFlow(text, limits.depth);
  if (deep !== null) return fault(`is nested deeper than ${limits.depth} levels`, deep);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: "core",
    version: "1.2",
    uniqueKeys: true,
    strict: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const line = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const first = [...document.errors, ...document.warnings][0];
  if (first !== undefined) return fault(firstSentence(first.message), line(first.pos[0]));
  const refused = refuse(document, limits);
  if (refused !== null) return fault(refused.what, line(refused.offset));

  const lineOf = (path: readonly PropertyKey[]): number => line(offsetOf(document, path));
  const parsed = shape.safeParse(document.toJS({ maxAliasCount: limits.aliases }));
  if (parsed.success) return { ok: true, value: parsed.data, lineOf };
  const faults = parsed.error.issues
    .flatMap((issue) => faultsOf(issue, lineOf))
    .sort((a, b) => a.line - b.line || (a.field < b.field ? -1 : 1));
  const [head, ...rest] = faults;
  return head === undefined ? fault("does not fit") : { ok: false, faults: [head, ...rest] };
}

/** The path of a field as people write it: `checks[0].timeout`. */
function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === "number") return `${name}[${part}]`;
    return name === "" ? String(part) : `${name}.${String(part)}`;
  }, "");
}

function fault(what: string, line = 1): { ok: false; faults: [YamlFault] } {
  return { ok: false, faults: [{ kind: "syntax", line, field: "", what }] };
}

function firstSentence(message: string): string {
  const text = message.split("\n")[0] ?? message;
  return `is not valid YAML: ${text.trim()}`;
}

function faultsOf(issue: z.core.$ZodIssue, lineOf: (path: readonly PropertyKey[]) => number): YamlFault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return { kind: "key", line: lineOf(path), field: fieldName(path), what: issue.message };
    });
  }
  const what = issue.message.endsWith(", received undefined")
    ? "is missing"
    : issue.message.replace(/^Invalid (input|option|string|key in record): ?/, "");
  return [{ kind: "value", line: lineOf(issue.path), field: fieldName(issue.path), what }];
}

/** Where a field stands: its key where it has one, else the nearest thing around it that exists. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (!isMap(node) && !(isNode(node) && "items" in node && Array.isArray(node.items))) break;
    const next: unknown = isMap(node)
      ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(part))
      : (node as { items: readonly unknown[] }).items[Number(part)];
    if (next === undefined) break;
    const anchor = isPair(next) ? next.key : next;
    offset = isNode(anchor) ? (anchor.range?.[0] ?? offset) : offset;
    node = isPair(next) ? next.value : next;
  }
  return offset;
}

/** What the parser lets through and we do not: aliases that unfold too far, odd keys, depth. */
function refuse(document: Document.Parsed, limits: Required<YamlBounds>): { what: string; offset: number } | null {
  let found: { what: string; offset: number } | null = null;
  visit(document, {
    Pair: (_, pair) => {
      const { key } = pair;
      if (isScalar(key) && key.value === "__proto__") found = { what: "holds the key __proto__", offset: startOf(key) };
      else if (key !== null && !isScalar(key))
        found = { what: "has a key that is not a plain value", offset: startOf(key) };
      return found === null ? undefined : visit.BREAK;
    },
    Node: (_, node, path) => {
      // Every level of nesting is a node in the path; pairs stand between them and do not count.
      const depth = path.filter((part) => !isPair(part)).length;
      if (depth > limits.depth) found = { what: `is nested deeper than ${limits.depth} levels`, offset: startOf(node) };
      return found === null ? undefined : visit.BREAK;
    },
  });
  if (found !== null) return found;
  try {
    document.toJS({ maxAliasCount: limits.aliases });
    return null;
  } catch (error) {
    return {
      what: `uses aliases that unfold too far (${error instanceof Error ? error.message : "unknown"})`,
      offset: 0,
    };
  }
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/**
 * Guards the recursive parser from a text that is little else than opening brackets or dashes: the line of the first
 * place that is too deep, or null. Brackets in quoted text are counted too, which only makes the bound a little strict.
 */
function deepestFlow(text: string, depth: number): number | null {
  let open = 0;
  let line = 1;
  let dashes = 0;
  for (const character of text) {
    if (character === "\n") {
      line += 1;
      dashes = 0;
    } else if (character === "[" || character === "{") open += 1;
    else if ((character === "]" || character === "}") && open > 0) open -= 1;
    else if (character === "-" || character === "?") dashes += 1;
    if (open > depth * 8 || dashes > 512) return line;
  }
  return null;
}
