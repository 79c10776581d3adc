import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { PlanDocument, PlanProblem } from "../plan/inspection.ts";
import { HoldpointError, problem } from "../problem.ts";
import { readAsciiArt } from "./ascii-art.ts";
import type { Line } from "./block.ts";
import { documentTask } from "./document-task.ts";
import type { Draft, YamlReading } from "./draft.ts";
import { nameOf } from "./draft.ts";
import { finish } from "./finish.ts";
import type { Frontmatter, FrontmatterRange } from "./frontmatter.ts";
import { findFrontmatter, readFrontmatter } from "./frontmatter.ts";
import { stripMarks } from "./item-text.ts";
import { applyLegend, readLegend } from "./legend.ts";
import { MOST_NESTING, readMarkdownLines } from "./markdown-lines.ts";
import { readMarkdownItems } from "./markdown-reader.ts";
import { readMermaid } from "./mermaid.ts";
import { note } from "./notes.ts";
import { plainText } from "./plain-text.ts";
import { readPlanProblems } from "./read-plan.problems.ts";
import type { Reading } from "./reader-state.ts";
import { findRestatements } from "./restatements.ts";
import type { SourceText } from "./source-text.ts";
import { readSourceText } from "./source-text.ts";
import { isPlanLike, readYamlPlan } from "./yaml-plan.ts";
import { isMapping, isSequence, readYaml } from "./yaml-source.ts";

/** What the reader has to know besides the bytes. */
export interface ReadPlanOptions {
  /** Name of the file, for messages and to tell YAML from Markdown by its ending. */
  readonly fileName: string;
}

/**
 * Reads a plan document: its items, gates and checks, and where each status stands.
 *
 * Pure and deterministic: the same bytes give the same document. Nothing is run or fetched.
 *
 * @throws HP1001 to HP1011 for what cannot be read as a plan
 */
export function readPlan(bytes: Uint8Array, options: ReadPlanOptions): PlanDocument {
  const source = readSourceText(bytes, options.fileName);
  const digest = `sha256:${bytesToHex(sha256(bytes))}`;
  const isYaml = /\.ya?ml$/i.test(options.fileName);
  const read = isYaml ? readYamlDocument(source, options.fileName) : readMarkdownDocument(source, options.fileName);
  const problems = source.repairs > 0 ? [mojibakeNote(source), ...read.problems] : read.problems;
  problems.sort((a, b) => a.line - b.line || a.code.localeCompare(b.code));
  return { ...read, problems, digest, source: bytes };
}

type Read = Omit<PlanDocument, "digest" | "source" | "problems"> & { readonly problems: PlanProblem[] };

function mojibakeNote(source: SourceText): PlanProblem {
  const line = source.lineAt(Math.max(0, source.firstRepair));
  return note("HP1105", "info", "encoding", [line], { count: source.repairs, line });
}

function readYamlDocument(source: SourceText, file: string): Read {
  const yaml = readYaml(source.text, 0, 1, file);
  if (!isMapping(yaml.root) && !isSequence(yaml.root))
    throw problem(readPlanProblems, "HP1011", { file }, { file, line: 1 });
  const reading = readYamlPlan(yaml, { item: null, block: "document", criteria: false });
  const finished = finish({ ...reading, restated: [] }, source);
  const pairs = yaml.pairsOf(yaml.root);
  const named = pairs.find(({ key }) => /^(?:title|name|plan|project)$/i.test(key));
  const title =
    yaml.textOf(named?.value) ??
    yaml.textOf(yaml.pairsOf(named?.value).find(({ key }) => /^(?:title|name)$/i.test(key))?.value);
  return { ...finished, title: title ?? file, format: "yaml", notUnderstood: [] };
}

function readMarkdownDocument(source: SourceText, file: string): Read {
  const { text } = source;
  const problems: PlanProblem[] = [];
  const range = findFrontmatter(text);
  const front = range === null ? null : frontmatter(text, range, file, problems);
  const { lines, openFences, tooDeepAt } = readMarkdownLines(text, range?.end ?? 0);
  if (tooDeepAt !== null) {
    const params = { file, what: "lists or quotes", limit: MOST_NESTING, line: tooDeepAt };
    throw problem(readPlanProblems, "HP1006", params, { file, line: tooDeepAt });
  }
  for (const open of openFences) problems.push(note("HP1101", "warning", "fence", [open.line, open.resumed], open));
  const root = front?.item ?? documentTask(text, lines);
  placeRoot(root, text, lines);
  const reading = readMarkdownItems(text, lines, root);
  if (root !== null) reading.drafts.unshift(root);
  if (front !== null) joinFrontmatter(reading, front.reading);
  readFences(text, reading, file, problems);
  readAsciiArt(text, lines, reading.drafts);
  applyLegend(readLegend(text, lines), text, reading.drafts);
  reading.drafts.sort((a, b) => a.line - b.line);
  const restated = findRestatements(reading.drafts, reading.retold);
  const finished = finish({ ...reading, restated }, source);
  return {
    ...finished,
    problems: [...problems, ...finished.problems],
    title: titleOf(text, lines, root, file),
    format: "markdown",
    notUnderstood: reading.notUnderstood,
  };
}

function frontmatter(text: string, range: FrontmatterRange, file: string, problems: PlanProblem[]): Frontmatter | null {
  try {
    return readFrontmatter(text, range, file);
  } catch (error) {
    problems.push(unreadable(error));
    return null;
  }
}

/**
 * Takes over what the frontmatter plans. An entry that a heading of the document defines stands there, and what only the
 * frontmatter says of it (its id, what it waits for) is added to it.
 */
function joinFrontmatter(reading: Reading, front: YamlReading): void {
  const stages = new Map<string, Draft>();
  for (const item of reading.drafts) {
    if (item.kind === "criterion") continue;
    for (const name of [...item.aliases, nameOf(item)]) if (!stages.has(name)) stages.set(name, item);
  }
  const taken = new Set<Draft>();
  for (const item of front.drafts) {
    const names = [...item.aliases, item.id === null ? "" : `${item.kind} ${item.id.toLowerCase()}`, nameOf(item)];
    const known = names.map((name) => stages.get(name)).find((one) => one !== undefined);
    if (known === undefined || item.kind === "criterion") continue;
    taken.add(item);
    known.id ??= item.id;
    known.dependsOn.push(...item.dependsOn);
    known.owners.push(...item.owners);
    known.effort ??= item.effort;
    known.priority ??= item.priority;
    if (known.claimed === "unknown" && item.claimed !== "unknown") {
      known.claimed = item.claimed;
      known.token = item.token;
    }
  }
  reading.drafts.push(...front.drafts.filter((item) => !taken.has(item)));
  reading.gates.push(...front.gates.filter(({ item }) => item === null || !taken.has(item)));
  reading.checks.push(...front.checks);
}

/** A task without a title in its frontmatter stands at the document's first heading. */
function placeRoot(root: Draft | null, text: string, lines: readonly Line[]): void {
  if (root === null || root.line > 0) return;
  const heading = lines.find(({ role }) => role === "heading");
  root.title = heading === undefined ? "" : stripMarks(plainText(text.slice(heading.from, heading.to)));
  root.line = heading?.line ?? 1;
}

function unreadable(error: unknown): PlanProblem {
  // A bomb is no mistake of the writer: the whole document is refused.
  if (!(error instanceof HoldpointError) || isBomb(error)) throw error;
  const line = error.place.line ?? 1;
  return note("HP1107", "warning", "yaml", [line], { line, detail: error.message });
}

function readFences(text: string, reading: Reading, file: string, problems: PlanProblem[]): void {
  for (const { fence, item, block, criteria } of reading.fences) {
    const content = text.slice(fence.contentFrom, fence.contentTo);
    if (fence.language === "mermaid") {
      readMermaid(content, reading.drafts);
      continue;
    }
    if (fence.language !== "yaml" && fence.language !== "yml") continue;
    try {
      const yaml = readYaml(content, fence.contentFrom, fence.contentLine, file);
      const place = { item, block, criteria };
      if (!isPlanLike(yaml, place)) continue;
      const read = readYamlPlan(yaml, place);
      reading.drafts.push(...read.drafts);
      reading.gates.push(...read.gates);
      reading.checks.push(...read.checks);
    } catch (error) {
      // A template with places to fill in is often no YAML; only a block that speaks of gates deserves a word.
      if (
        isBomb(error) ||
        /^\s*(?:quality_gates|gates|success_criteria|deployment_gate|tasks|phases)\s*:/m.test(content)
      ) {
        problems.push(unreadable(error));
        reading.notUnderstood.push({
          line: fence.contentLine - 1,
          text: "yaml",
          reason: "a YAML block that cannot be parsed",
        });
      }
    }
  }
}

function isBomb(error: unknown): boolean {
  return error instanceof HoldpointError && error.code === "HP1008";
}

function titleOf(text: string, lines: readonly Line[], root: Draft | null, file: string): string {
  if (root !== null && root.title !== "") return root.title;
  let best: Line | null = null;
  for (const line of lines) {
    if (line.role !== "heading") continue;
    if (best === null || line.level < best.level) best = line;
    if (line.level === 1) break;
  }
  return best === null ? file : stripMarks(plainText(text.slice(best.from, best.to)));
}
