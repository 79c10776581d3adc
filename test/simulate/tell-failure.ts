import { checkWorld, RULES, type Violation } from "./check-world.ts";
import { ALL_FAULTS, type FaultKind } from "./faults.ts";
import type { WorldHistory, WorldRecord } from "./records.ts";
import { BEGINNING_MS } from "./virtual-time.ts";
import { World, type WorldOptions } from "./world.ts";

/** Lines of a history that are told at most; the newest count. */
const MOST_LINES = 80;

/** A world in which a rule did not hold, with no more faults than that takes. */
export interface SmallestFailure {
  readonly kinds: readonly FaultKind[];
  readonly history: WorldHistory;
  readonly violations: readonly Violation[];
}

/** Leaves out one kind of fault after the other for as long as the first rule that did not hold still does not. */
export async function smallestFailure(options: WorldOptions): Promise<SmallestFailure> {
  let smallest = await failureOf(options, ALL_FAULTS);
  const rule = smallest.violations[0]?.rule;
  for (const kind of ALL_FAULTS) {
    const fewer = await failureOf(
      options,
      smallest.kinds.filter((one) => one !== kind),
    );
    if (fewer.violations.some((violation) => violation.rule === rule)) smallest = fewer;
  }
  return smallest;
}

async function failureOf(options: WorldOptions, kinds: readonly FaultKind[]): Promise<SmallestFailure> {
  const history = await new World({ ...options, kinds }).run();
  return { kinds, history, violations: checkWorld(history) };
}

/** The failure for people: the seed, the faults, what did not hold, and what happened to the tasks that it is about. */
export function tellFailure({ kinds, history, violations }: SmallestFailure): string {
  const meant = new Set(
    violations
      .map(({ task }) => task)
      .filter((task) => task !== null)
      .slice(0, 2),
  );
  const keyOf = new Map(history.last.map(({ task, key }) => [task, key]));
  const lines = history.records.flatMap((record) => {
    const line = lineOf(record, meant, keyOf);
    return line === null ? [] : [`  ${when(record.at)}  ${line}`];
  });
  const left = lines.length - MOST_LINES;
  const faults = history.records.filter((record) => record.type === "fault" && record.fault !== "calm");
  return [
    `seed ${history.seed}: ${violations.length} violations, with faults of ${kinds.length === 0 ? "no kind" : kinds.join(", ")}`,
    ...violations
      .slice(0, 5)
      .flatMap(({ rule, task, at, what }) => [
        `  ${rule} (${RULES[rule]})`,
        `    ${when(at)}  ${task === null ? "" : `${keyOf.get(task) ?? task}: `}${what}`,
      ]),
    `${faults.length} faults, ${history.servers.length} servers, ${history.agents.size} agents, ${history.last.length} tasks; what happened to ${[...meant].map((task) => keyOf.get(task) ?? task).join(", ") || "all"}:`,
    ...(left > 0 ? [`  … ${left} lines before`] : []),
    ...lines.slice(-MOST_LINES),
    `again: npm run simulate -- --runs 1 --seed ${history.seed}`,
  ].join("\n");
}

function when(at: number): string {
  return `${((at - BEGINNING_MS) / 1_000).toFixed(3).padStart(8)} s`;
}

/** Null for what is not about the tasks that are meant. */
function lineOf(record: WorldRecord, meant: ReadonlySet<string>, keyOf: ReadonlyMap<string, string>): string | null {
  if (record.type === "fault") return `!! ${record.fault}: ${record.what}`;
  if (record.type === "answer") {
    const { params, request, body, operation, client, server, status } = record;
    const said = JSON.stringify([params, request, body]);
    if (![...meant].some((task) => said.includes(task))) return null;
    return `answer ${operation} of ${client} by ${server}: ${status} ${JSON.stringify(body).slice(0, 160)}`;
  }
  if (!meant.has(record.task)) return null;
  const key = keyOf.get(record.task) ?? record.task;
  if (record.type === "told") {
    return `runner ${record.runner} hears of attempt ${record.attempt} of ${key}: ${record.outcome}`;
  }
  if (record.type === "outcome") {
    if (record.ok) return null;
    return `store  ${key} refuses ${record.by} of attempt ${record.attempt ?? "none"} by ${record.server}`;
  }
  const { before, after, by, server } = record;
  const lease = after.agent === null ? "" : `, ${after.agent} until ${when(after.expiresAt ?? 0).trim()}`;
  const counts = `attempt ${after.attempt}, ${after.tries} tries, ${after.unmet} unmet${lease}`;
  return `store  ${key} ${before?.state ?? "new"} -> ${after.state} by ${by} of ${server} (${counts})`;
}
