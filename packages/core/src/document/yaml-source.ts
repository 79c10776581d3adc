import type { Document, Node } from "yaml";
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { HoldpointError } from "../problem.ts";
import { problem } from "../problem.ts";
import { readPlanProblems } from "./read-plan.problems.ts";

/** The greatest nesting of YAML collections that is read. */
export const MOST_YAML_NESTING = 200;
/** How many nodes may be visited with aliases expanded, beside one per character of the text. */
export const MOST_YAML_NODES = 100_000;

/** Any node that a collection may hold. */
export type YamlNode = Node | null | undefined;

/** A key with its value, and where the key stands in the working text. */
export interface YamlPair {
  readonly key: string;
  readonly value: YamlNode;
  readonly line: number;
  readonly from: number;
}

/** A YAML text, parsed, with offsets that lead back to the document it stands in. */
export class YamlSource {
  readonly root: YamlNode;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #offset: number;
  readonly #firstLine: number;
  readonly #file: string;
  readonly #most: number;
  #visited = 0;

  constructor(document: Document.Parsed, lines: LineCounter, offset: number, firstLine: number, file: string) {
    this.#document = document;
    this.#lines = lines;
    this.#offset = offset;
    this.#firstLine = firstLine;
    this.#file = file;
    this.#most = MOST_YAML_NODES + (document.range?.[2] ?? 0);
    this.root = this.resolve(document.contents);
  }

  /** 1-based line in the document of an offset in the working text. */
  lineAt(from: number): number {
    return this.#lines.linePos(Math.max(0, from - this.#offset)).line + this.#firstLine - 1;
  }

  /** Where a node begins and ends in the working text. */
  rangeOf(node: YamlNode): { from: number; to: number } {
    const range = node?.range;
    return { from: (range?.[0] ?? 0) + this.#offset, to: (range?.[1] ?? 0) + this.#offset };
  }

  /** 1-based line of a node. */
  lineOf(node: YamlNode): number {
    return this.lineAt(this.rangeOf(node).from);
  }

  /**
   * A node with its alias followed.
   *
   * @throws HP1008 when following aliases visits too many nodes
   */
  resolve(node: unknown): YamlNode {
    this.#visited += 1;
    if (this.#visited > this.#most) throw this.#tooMany(isNode(node) ? node : null);
    if (isAlias(node)) return node.resolve(this.#document) ?? null;
    return isNode(node) ? node : null;
  }

  #tooMany(node: YamlNode): HoldpointError {
    const line = this.lineOf(node);
    return problem(
      readPlanProblems,
      "HP1008",
      { file: this.#file, limit: this.#most, line },
      { file: this.#file, line },
    );
  }

  /** The pairs of a mapping, merge keys followed; empty for anything else. */
  pairsOf(node: YamlNode): YamlPair[] {
    if (!isMap(node)) return [];
    const pairs: YamlPair[] = [];
    for (const { key, value } of node.items) {
      const name = isNode(key) ? (this.textOf(key) ?? "") : "";
      if (name === "<<") {
        pairs.push(...this.pairsOf(this.resolve(value)));
        continue;
      }
      const { from } = this.rangeOf(isNode(key) ? key : null);
      pairs.push({ key: name, value: this.resolve(value), line: this.lineAt(from), from });
    }
    return pairs;
  }

  /** The entries of a sequence; empty for anything else. */
  entriesOf(node: YamlNode): YamlNode[] {
    return isSeq(node) ? node.items.map((item) => this.resolve(item)) : [];
  }

  /** A scalar as it is written, without quotes; null for collections and nothing. */
  textOf(node: YamlNode): string | null {
    if (!isScalar(node) || node.value === null || node.value === undefined) return null;
    if (typeof node.value === "string") return node.value;
    if (typeof node.value !== "number" && typeof node.value !== "boolean" && typeof node.value !== "bigint")
      return null;
    // `95.0` and `1e3` keep the spelling of the document.
    return node.source ?? String(node.value);
  }
}

/** A key in lower case with `_` between words. */
export function normalKey(key: string): string {
  return key
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, "_");
}

/** Whether a node is a mapping. */
export function isMapping(node: YamlNode): boolean {
  return isMap(node);
}

/** Whether a node is a sequence. */
export function isSequence(node: YamlNode): boolean {
  return isSeq(node);
}

/**
 * Parses YAML without ever building objects from tags.
 *
 * @param offset where the text stands in the working text; `firstLine` is the 1-based line of its first line
 * @throws HP1006 nested too deep, HP1007 no YAML, HP1009 a key twice, HP1010 an unknown tag
 */
export function readYaml(text: string, offset: number, firstLine: number, file: string): YamlSource {
  const tooDeep = deepLine(text);
  if (tooDeep !== null) throw nested(file, tooDeep + firstLine - 1);
  const lines = new LineCounter();
  const document = parse(text, lines, file, firstLine);
  const error = document.errors[0];
  if (error !== undefined) {
    const line = lines.linePos(error.pos[0]).line + firstLine - 1;
    const place = { file, line };
    if (error.code === "DUPLICATE_KEY") {
      const key = /^[^:\s]{1,80}/.exec(text.slice(error.pos[0], error.pos[0] + 80))?.[0] ?? "?";
      throw problem(readPlanProblems, "HP1009", { file, key, line }, { ...place, field: key });
    }
    const detail = (error.message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
    throw problem(readPlanProblems, "HP1007", { file, line, detail }, place);
  }
  const warning = document.warnings.find(({ code }) => code === "TAG_RESOLVE_FAILED");
  if (warning !== undefined) {
    const line = lines.linePos(warning.pos[0]).line + firstLine - 1;
    const tag = /![^\s,\]}]*/.exec(text.slice(warning.pos[0], warning.pos[0] + 80))?.[0] ?? "!";
    throw problem(readPlanProblems, "HP1010", { file, tag, line }, { file, line });
  }
  const unknown = danglingAlias(document);
  if (unknown !== null) {
    const line = lines.linePos(unknown.at).line + firstLine - 1;
    const detail = `nothing before it is called &${unknown.name}`;
    throw problem(readPlanProblems, "HP1007", { file, line, detail }, { file, line });
  }
  const bomb = bombAt(document, MOST_YAML_NODES + text.length);
  if (bomb !== null) {
    const line = lines.linePos(bomb).line + firstLine - 1;
    throw problem(readPlanProblems, "HP1008", { file, limit: MOST_YAML_NODES + text.length, line }, { file, line });
  }
  return new YamlSource(document, lines, offset, firstLine, file);
}

/**
 * Where the text stands for more nodes than the limit once its aliases are followed, or null. Each node is visited once:
 * an alias counts what its anchor was found to stand for. Nesting is bounded before, so recursion is.
 */
function bombAt(document: Document.Parsed, limit: number): number | null {
  const sizes = new Map<string, number>();
  let at: number | null = null;
  const sizeOf = (node: unknown): number => {
    if (isAlias(node)) {
      // Not known yet: it stands inside of what it names, and has no end.
      if (!sizes.has(node.source)) at ??= node.range?.[0] ?? 0;
      return sizes.get(node.source) ?? 1;
    }
    if (!isNode(node)) return 0;
    let size = 1;
    if (isMap(node)) for (const { key, value } of node.items) size += sizeOf(key) + sizeOf(value);
    else if (isSeq(node)) for (const item of node.items) size += sizeOf(item);
    if (size > limit) at ??= node.range?.[0] ?? 0;
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) sizes.set(node.anchor, size);
    return size;
  };
  sizeOf(document.contents);
  return at;
}

/** The first alias that names no anchor before it, or null. */
function danglingAlias(document: Document.Parsed): { readonly at: number; readonly name: string } | null {
  const anchors = new Set<string>();
  let found: { at: number; name: string } | null = null;
  visit(document, {
    Alias: (_, node) => {
      if (anchors.has(node.source)) return undefined;
      found = { at: node.range?.[0] ?? 0, name: node.source };
      return visit.BREAK;
    },
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.add(node.anchor);
    },
  });
  return found;
}

function parse(text: string, lineCounter: LineCounter, file: string, firstLine: number): Document.Parsed {
  try {
    return parseDocument(text, {
      lineCounter,
      schema: "core",
      merge: false,
      uniqueKeys: true,
      logLevel: "error",
      prettyErrors: false,
    });
  } catch (cause) {
    if (cause instanceof RangeError) throw nested(file, firstLine);
    throw cause;
  }
}

function nested(file: string, line: number): HoldpointError {
  return problem(
    readPlanProblems,
    "HP1006",
    { file, what: "collections", limit: MOST_YAML_NESTING, line },
    { file, line },
  );
}

/** The 1-based line where brackets or indentation nest too deep, or null. Brackets inside quotes count, to be safe. */
function deepLine(text: string): number | null {
  let flow = 0;
  let line = 1;
  const indents: number[] = [];
  for (let at = 0; at < text.length; line += 1) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    let column = at;
    let dashes = 0;
    while (column < end && (text.charCodeAt(column) === 32 || isDash(text, column))) {
      if (text.charCodeAt(column) === 45) dashes += 1;
      column += 1;
    }
    if (column < end) {
      while (indents.length > 0 && (indents.at(-1) ?? 0) >= column - at) indents.pop();
      indents.push(column - at);
    }
    for (let i = column; i < end; i += 1) {
      const code = text.charCodeAt(i);
      if (code === 91 || code === 123) flow += 1;
      else if ((code === 93 || code === 125) && flow > 0) flow -= 1;
      if (flow > MOST_YAML_NESTING) return line;
    }
    if (indents.length + dashes > MOST_YAML_NESTING) return line;
    at = end + 1;
  }
  return null;
}

function isDash(text: string, at: number): boolean {
  return text.charCodeAt(at) === 45 && text.charCodeAt(at + 1) === 32;
}
