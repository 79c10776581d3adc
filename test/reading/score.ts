import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readPlan } from "../../packages/core/src/document/read-plan.ts";
import type { PlanDocument } from "../../packages/core/src/plan/inspection.ts";

/** A label file; the shape is described in the README beside it. */
export interface Label {
  readonly digest: string;
  readonly items: readonly { readonly line: number; readonly kind: string; readonly claimed: string }[];
  readonly restated?: readonly { readonly line: number; readonly of: number; readonly claimed: string }[];
  readonly gates: readonly {
    readonly line: number;
    readonly kind: string;
    readonly op: string;
    readonly value: number | string | boolean;
    readonly unit: string | null;
  }[];
  readonly doubtful?: readonly { readonly line: number; readonly why: string }[];
}

/** Right, missed and extra entries of one sort; each entry reads `line what`. */
export interface Tally {
  readonly right: number;
  readonly missed: readonly string[];
  readonly extra: readonly string[];
}

/** How one document was read, beside its label. */
export interface Score {
  readonly file: string;
  /** First 16 hex digits of the document's digest. */
  readonly digest: string;
  /** Lines of the document. */
  readonly lines: number;
  readonly items: Tally;
  readonly gates: Tally;
  readonly restated: Tally;
  /** Lines that the label calls doubtful, and all lines that it speaks of. */
  readonly doubted: DoubtfulLines;
  /** Gates without a criterion; they are kept, and counted apart from those that claim a threshold. */
  readonly untyped: number;
}

/** How many lines of a label are doubtful, of all that it speaks of. */
export interface DoubtfulLines {
  readonly doubtful: number;
  readonly lines: number;
}

const LABELS = join(dirname(fileURLToPath(import.meta.url)), "labels");

/** The label of a document, or null. */
export function labelOf(bytes: Uint8Array): Label | null {
  const digest = createHash("sha256").update(bytes).digest("hex");
  try {
    return JSON.parse(readFileSync(join(LABELS, `${digest.slice(0, 16)}.json`), "utf8")) as Label;
  } catch {
    return null;
  }
}

/** The labels of all documents, with the first digits of their digests, in their order. */
export function allLabels(): { readonly digest: string; readonly label: Label }[] {
  return readdirSync(LABELS)
    .sort()
    .map((name) => ({
      digest: basename(name, ".json"),
      label: JSON.parse(readFileSync(join(LABELS, name), "utf8")) as Label,
    }));
}

/** Counts the lines of a label that are doubtful, and all that hold an item, a restatement or a gate or are doubtful. */
export function doubtfulLines({ items, restated = [], gates, doubtful = [] }: Label): DoubtfulLines {
  const lines = new Set([...items, ...restated, ...gates, ...doubtful].map(({ line }) => line));
  return { doubtful: new Set(doubtful.map(({ line }) => line)).size, lines: lines.size };
}

/** Compares what was read with a label. Lines that the label calls doubtful are left out on both sides. */
export function scoreDocument(file: string, read: PlanDocument, label: Label): Score {
  const doubtful = new Set((label.doubtful ?? []).map(({ line }) => line));
  const sure = (entry: { readonly line: number }): boolean => !doubtful.has(entry.line);
  const typed = read.gates.filter(({ criterion }) => criterion !== null);
  const lineOf = new Map(read.items.map(({ key, line }) => [key, line]));
  return {
    file,
    digest: read.digest.replace(/^sha256:/, "").slice(0, 16),
    lines: new TextDecoder().decode(read.source).split("\n").length - 1,
    items: tally(
      label.items.filter(sure).map(({ line, kind, claimed }) => `${line} ${kind} ${claimed}`),
      read.items.filter(sure).map(({ line, kind, claimed }) => `${line} ${kind} ${claimed}`),
    ),
    gates: tally(
      label.gates.filter(sure).map(({ line, op, value, unit }) => `${line} ${op} ${value} ${unit ?? "-"}`),
      typed.filter(sure).map(({ line, criterion }) => {
        return `${line} ${criterion?.op} ${String(criterion?.value)} ${criterion?.unit ?? "-"}`;
      }),
    ),
    restated: tally(
      (label.restated ?? []).filter(sure).map(({ line, of, claimed }) => `${line} of ${of} ${claimed}`),
      read.restated.filter(sure).map(({ line, of, claimed }) => `${line} of ${lineOf.get(of)} ${claimed}`),
    ),
    doubted: doubtfulLines(label),
    untyped: read.gates.length - typed.length,
  };
}

/** Compares two lists in which an entry may stand several times. */
export function tally(wanted: readonly string[], got: readonly string[]): Tally {
  const left = new Map<string, number>();
  for (const entry of wanted) left.set(entry, (left.get(entry) ?? 0) + 1);
  let right = 0;
  const extra: string[] = [];
  for (const entry of got) {
    const count = left.get(entry) ?? 0;
    if (count > 0) {
      right += 1;
      left.set(entry, count - 1);
    } else extra.push(entry);
  }
  const missed = [...left].flatMap(([entry, count]) => Array.from({ length: count }, () => entry));
  return { right, missed, extra };
}

/** Share of what was read that is right, and share of what is there that was read; 1 for nothing of nothing. */
export function ratios(tallies: readonly Tally[]): {
  precision: number;
  recall: number;
  right: number;
  wanted: number;
  got: number;
} {
  const right = tallies.reduce((sum, one) => sum + one.right, 0);
  const got = tallies.reduce((sum, one) => sum + one.right + one.extra.length, 0);
  const wanted = tallies.reduce((sum, one) => sum + one.right + one.missed.length, 0);
  return { precision: got === 0 ? 1 : right / got, recall: wanted === 0 ? 1 : right / wanted, right, wanted, got };
}

/** All Markdown and YAML files below a folder, sorted. */
export function documentsBelow(folder: string): string[] {
  if (statSync(folder).isFile()) return [folder];
  const files: string[] = [];
  for (const name of readdirSync(folder).sort()) {
    if (name === "node_modules" || name.startsWith(".")) continue;
    const path = join(folder, name);
    if (statSync(path).isDirectory()) files.push(...documentsBelow(path));
    else if (/\.(?:md|markdown|ya?ml)$/i.test(name)) files.push(path);
  }
  return files;
}

/** Scores every labelled document below a folder. */
export function scoreFolder(folder: string): Score[] {
  const scores: Score[] = [];
  for (const path of documentsBelow(folder)) {
    const bytes = readFileSync(path);
    const label = labelOf(bytes);
    if (label !== null)
      scores.push(scoreDocument(basename(path), readPlan(bytes, { fileName: basename(path) }), label));
  }
  return scores;
}

function share(value: number): string {
  return value.toFixed(3);
}

function table(scores: readonly Score[]): string {
  const head = "| document | items P | items R | gates P | gates R | restated P | restated R | untyped |";
  const rows = [
    ...scores.map((score) => [score.file.slice(0, 48), [score]] as const),
    ["**all**", scores] as const,
  ].map(([name, of]) => {
    const items = ratios(of.map((score) => score.items));
    const gates = ratios(of.map((score) => score.gates));
    const restated = ratios(of.map((score) => score.restated));
    const untyped = of.reduce((sum, score) => sum + score.untyped, 0);
    const cells = [items, gates].flatMap((one) => [
      `${share(one.precision)} (${one.right}/${one.got})`,
      `${share(one.recall)} (${one.right}/${one.wanted})`,
    ]);
    return `| ${name} | ${cells.join(" | ")} | ${share(restated.precision)} | ${share(restated.recall)} | ${untyped} |`;
  });
  return [head, "| --- | --- | --- | --- | --- | --- | --- | --- |", ...rows].join("\n");
}

/** One row of the published table: a document by the head of its digest and its length, and what was read right. */
function publishedRow(name: string, lines: number | null, scores: readonly Score[]): string {
  const items = ratios(scores.map((score) => score.items));
  const gates = ratios(scores.map((score) => score.gates));
  const cells = [items, gates].flatMap((one) => [String(one.wanted), share(one.precision), share(one.recall)]);
  return `| ${[name, lines === null ? "" : String(lines), ...cells].join(" | ")} |`;
}

/** The table of precision and recall as it is published: no titles and no names of files, only digests and counts. */
export function publishedTable(scores: readonly Score[]): string {
  const rows = [...scores]
    .sort((a, b) => a.digest.localeCompare(b.digest))
    .map((score) => publishedRow(`\`${score.digest}\``, score.lines, [score]));
  return [
    "| document | lines | items | precision | recall | gates | precision | recall |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
    publishedRow(`**all ${scores.length}**`, null, scores),
  ].join("\n");
}

const PAGE_HEAD = `<!-- Written by \`npm run score:reading -- DIR… --markdown\`; edits here are lost. -->

# How well documents are read

Each document was labelled line by line; the labels and their conventions stand in \`test/reading\`. An item is right when
its line, its kind and its claimed status agree, a gate when its line, operator, value and unit agree. The reader was
developed with these documents, so the figures say how well it reads them and less of documents it has not seen; how it
read some of them before stands in \`test/reading/README.md\`. The documents themselves are not kept: a row names one by
the first digits of its digest.

`;

function percent(part: number, whole: number): string {
  return whole === 0 ? "0.0" : ((part * 100) / whole).toFixed(1);
}

/** The page of the reference that holds the table. */
export function publishedPage(scores: readonly Score[]): string {
  const sum = (of: (doubted: DoubtfulLines) => number): number =>
    scores.reduce((all, { doubted }) => all + of(doubted), 0);
  const doubtful = sum((one) => one.doubtful);
  const lines = sum((one) => one.lines);
  const left = `Lines that two careful readers could read differently leave the score on both sides: ${doubtful} of the ${lines}
labelled lines, ${percent(doubtful, lines)} %.\n\n`;
  return `${PAGE_HEAD}${left}${publishedTable(scores)}\n`;
}

function differences(scores: readonly Score[]): string {
  const out: string[] = [];
  for (const score of scores) {
    const rows = (["items", "gates", "restated"] as const).flatMap((sort) => [
      ...score[sort].missed.map((entry) => `  ${sort} missed ${entry}`),
      ...score[sort].extra.map((entry) => `  ${sort} extra  ${entry}`),
    ]);
    if (rows.length > 0) out.push(score.file, ...rows.sort(byLine));
  }
  return out.join("\n");
}

function byLine(a: string, b: string): number {
  const line = (row: string): number => Number(/(?:missed|extra) +(\d+)/.exec(row)?.[1] ?? 0);
  return line(a) - line(b);
}

function main(argv: readonly string[]): void {
  const folders = argv.filter((word) => !word.startsWith("--"));
  if (folders.length === 0) {
    process.stderr.write("usage: npm run score:reading -- DIR… [--json | --markdown] [--diff]\n");
    process.exitCode = 64;
    return;
  }
  const scores = folders.flatMap(scoreFolder);
  if (argv.includes("--json")) {
    const total = {
      documents: scores.length,
      items: ratios(scores.map(({ items }) => items)),
      gates: ratios(scores.map(({ gates }) => gates)),
    };
    process.stdout.write(`${JSON.stringify({ documents: scores, total })}\n`);
    return;
  }
  if (argv.includes("--markdown")) {
    process.stdout.write(publishedPage(scores));
    return;
  }
  if (argv.includes("--diff")) process.stdout.write(`${differences(scores)}\n`);
  process.stdout.write(`${table(scores)}\n`);
}

if (process.argv[1] !== undefined && import.meta.url.endsWith(basename(process.argv[1]))) main(process.argv.slice(2));
