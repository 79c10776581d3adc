import type { Criterion } from "../criteria/criterion.ts";
import type { PlanCheck, PlanGate, PlanItem, PlanProblem, Restatement, StatusToken } from "../plan/inspection.ts";
import type { CheckDraft, Draft, GateDraft } from "./draft.ts";
import { makeKeys, shortHash } from "./keys.ts";
import { note } from "./notes.ts";
import { findCycles, References } from "./references.ts";
import { isReference } from "./relations.ts";
import type { FoundRestatement } from "./restatements.ts";
import type { SourceText } from "./source-text.ts";

/** Everything that was read, still with drafts. */
export interface Unfinished {
  readonly drafts: readonly Draft[];
  readonly gates: readonly GateDraft[];
  readonly checks: readonly CheckDraft[];
  readonly restated: readonly FoundRestatement[];
}

/** The parts of a plan document that depend on keys. */
export interface Finished {
  readonly items: PlanItem[];
  readonly restated: Restatement[];
  readonly gates: PlanGate[];
  readonly checks: PlanCheck[];
  readonly problems: PlanProblem[];
  readonly statusTokens: Map<string, StatusToken>;
}

/** Gives keys to items and gates, resolves references between items, and notes what does not fit. */
export function finish(read: Unfinished, source: SourceText): Finished {
  const { drafts } = read;
  giveNumbers(drafts);
  const keys = makeKeys(drafts);
  const keyOf = (item: Draft | null): string | null => (item === null ? null : (keys.of.get(item) ?? null));
  const problems: PlanProblem[] = [];
  for (const { id, lines } of keys.shared) {
    problems.push(note("HP1102", "error", "duplicate-id", lines, { id, count: lines.length }));
  }
  const depends = resolveAll(drafts, keyOf, problems);
  const items = drafts.map((item) => toItem(item, keyOf, depends.get(item) ?? []));
  for (const cycle of findCycles(items)) {
    const lines = cycle.map(({ line }) => line);
    const named = cycle.slice(0, 10).map(({ id, title }) => id ?? title);
    problems.push(note("HP1104", "error", "cycle", lines, { items: named.join(" → ") }));
  }
  const blocks = new Blocks(keyOf);
  const gates = toGates(read.gates, keyOf, blocks, problems);
  const checks = read.checks.map(({ line, command, item, block }) => ({
    line,
    command,
    item: keyOf(item),
    block: blocks.keyOf(item, block),
  }));
  checks.sort((a, b) => a.line - b.line);
  const restated = read.restated.flatMap(({ line, of, claimed }) => {
    const key = keyOf(of);
    return key === null ? [] : [{ line, of: key, claimed }];
  });
  return { items, restated, gates, checks, problems, statusTokens: tokensOf(drafts, keyOf, source) };
}

/** `Step 3.1: …` has the id 3.1, unless another item has it. */
function giveNumbers(drafts: readonly Draft[]): void {
  const used = new Set(drafts.map(({ id }) => id));
  const wanted = new Map<string, Draft[]>();
  for (const item of drafts) {
    if (item.id !== null || item.kind !== "step") continue;
    const number = /^[a-z]+ (\d{1,3}(?:\.\d{1,3})+)$/.exec(item.aliases[0] ?? "")?.[1];
    if (number !== undefined) wanted.set(number, [...(wanted.get(number) ?? []), item]);
  }
  for (const [number, [item, second]] of wanted) {
    if (item !== undefined && second === undefined && !used.has(number)) item.id = number;
  }
}

function toItem(item: Draft, keyOf: (item: Draft | null) => string | null, dependsOn: readonly string[]): PlanItem {
  return {
    key: keyOf(item) ?? "",
    id: item.id,
    kind: item.kind,
    title: item.title,
    line: item.line,
    parent: keyOf(item.parent),
    claimed: item.claimed,
    owners: item.owners.length > 1 ? [...new Set(item.owners)] : item.owners,
    team: item.team,
    mode: item.mode,
    dependsOn,
    blockers: item.blockers,
    optional: item.optional,
    priority: item.priority,
    complexity: item.complexity,
    effort: item.effort,
    window: item.window,
    confidence: item.confidence,
    reason: item.reason,
  };
}

function resolveAll(
  drafts: readonly Draft[],
  keyOf: (item: Draft | null) => string | null,
  problems: PlanProblem[],
): Map<Draft, string[]> {
  const resolved = new Map<Draft, string[]>();
  if (!drafts.some(({ dependsOn }) => dependsOn.length > 0)) return resolved;
  const references = new References(drafts);
  for (const item of drafts) {
    const found = new Set<string>();
    for (const reference of item.dependsOn) {
      const targets = references.find(reference, item);
      for (const target of targets) {
        const key = keyOf(target);
        if (key !== null && target !== item) found.add(key);
      }
      if (targets.length > 0 || !isReference(reference)) continue;
      const params = { item: item.id ?? item.title.slice(0, 80), reference: reference.slice(0, 80) };
      problems.push(note("HP1103", "error", "dangling-reference", [item.line], params));
    }
    if (found.size > 0) resolved.set(item, [...found]);
  }
  return resolved;
}

function toGates(
  drafts: readonly GateDraft[],
  keyOf: (item: Draft | null) => string | null,
  blocks: Blocks,
  problems: PlanProblem[],
): PlanGate[] {
  const counts = new Map<string, number>();
  const gates = drafts.map((gate) => {
    const item = keyOf(gate.item);
    const path = `${item ?? ""}\u0000${gate.metric ?? ""}`;
    const occurrence = counts.get(path) ?? 0;
    counts.set(path, occurrence + 1);
    noteGate(gate, problems);
    return {
      key: `g-${shortHash(`${path}\u0000${occurrence}`)}`,
      line: gate.line,
      metric: gate.metric === "" ? null : gate.metric,
      text: gate.text,
      criterion: gate.criterion,
      item,
      severity: gate.severity,
      block: blocks.keyOf(gate.item, gate.block),
    };
  });
  return gates.sort((a, b) => a.line - b.line);
}

function noteGate(gate: GateDraft, problems: PlanProblem[]): void {
  const text = gate.text.slice(0, 120);
  if (gate.criterion === null) {
    problems.push(note("HP1108", "warning", "unsatisfiable", [gate.line], { text }));
  } else if (assumes(gate.criterion)) {
    problems.push(note("HP1106", "info", "unit", [gate.line], { text }));
  }
}

function assumes(criterion: Criterion): boolean {
  return criterion.kind === "absolute" && criterion.assumedOperator === true;
}

/** Keys of blocks: the item they stand on and how many blocks came before on it. */
class Blocks {
  readonly #keys = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  readonly #keyOf: (item: Draft | null) => string | null;

  constructor(keyOf: (item: Draft | null) => string | null) {
    this.#keyOf = keyOf;
  }

  /** A criterion's gates share the block of the list it stands in, so the block hangs on the item above it. */
  keyOf(item: Draft | null, block: string | null): string | null {
    if (block === null) return null;
    const known = this.#keys.get(block);
    if (known !== undefined) return known;
    const above = item !== null && item.kind === "criterion" ? item.parent : item;
    const owner = this.#keyOf(above) ?? "";
    const count = this.#counts.get(owner) ?? 0;
    this.#counts.set(owner, count + 1);
    const key = `b-${shortHash(`${owner}\u0000${count}`)}`;
    this.#keys.set(block, key);
    return key;
  }
}

function tokensOf(
  drafts: readonly Draft[],
  keyOf: (item: Draft | null) => string | null,
  source: SourceText,
): Map<string, StatusToken> {
  const tokens = new Map<string, StatusToken>();
  for (const item of drafts) {
    const key = keyOf(item);
    if (item.token === null || key === null) continue;
    const { from, to, form } = item.token;
    const span = source.bytesOf(from, to);
    tokens.set(key, { start: span.start, end: span.end, form });
  }
  return tokens;
}
