import type { BoundGate, PlanDocument, PlanItem } from "@holdpoint/core";
import { z } from "zod";
import { toMoment } from "../moment.ts";
import type { JsonValue, TaskView } from "../work/index.ts";
import type { McpRoom } from "./tool.ts";

/** Lines of the document that a brief quotes at most. */
const QUOTED_LINES = 12;
/** Characters of the document that a brief quotes at most. */
const QUOTED_CHARS = 900;
/** Gates and sentences that a brief lists at most, so that an answer stays small; the rest is counted. */
const LISTED = 8;
/** Characters of a payload that a brief carries at most. */
const PAYLOAD_CHARS = 1_200;

/** One gate as an agent reads it. */
export const gateLine = z.object({
  key: z.string(),
  metric: z.string().nullable(),
  asks: z.string().describe("As written."),
  min_tier: z.string().describe("Least tier of evidence: E0 claim, E1 report, E2 runner."),
});

/** A task as an agent reads it. */
export const briefShape = z.object({
  id: z.string(),
  plan: z.string(),
  title: z.string(),
  state: z.string(),
  attempt: z.int().describe("Send it with every call for this task."),
  try: z.string(),
  lease_until: z.string().nullable(),
  holder: z.string().nullable(),
  where: z.string().describe("Plan, phase, step."),
  text: z.string().nullable().describe("Quoted from the plan."),
  gates: z.array(gateLine).describe("Must pass before it is accepted."),
  missing: z.array(z.string()).describe("From the last refusal."),
  payload: z.unknown(),
});

/** See {@link briefShape}. */
export type Brief = z.infer<typeof briefShape>;

/** What an agent has to know to work on a task: what it is, where it stands in the plan, what it must prove. */
export async function briefOf(room: McpRoom, task: TaskView): Promise<Brief> {
  const plan = await room.planOf(task.planId);
  const bound = plan === null || task.gates.length === 0 ? new Map<string, BoundGate>() : await room.bound(task.planId);
  const item = plan?.items.find(({ key }) => key === task.item);
  const above = plan === null || item === undefined ? [] : ancestors(plan, item);
  const source = (await room.plans()).find(({ planId }) => planId === task.planId);
  return {
    id: task.taskId,
    plan: task.planId,
    title: task.title,
    state: task.state,
    attempt: task.attempt,
    try: `${Math.min(task.tries + 1, task.maxAttempts)} of ${task.maxAttempts}`,
    lease_until: task.lease === null ? null : toMoment(task.lease.expiresAt),
    holder: task.lease?.agent ?? null,
    where: [source?.title ?? task.planId, ...above.map(({ title }) => title).toReversed()].join(" › "),
    text: plan === null || item === undefined ? null : [quote(plan, item), ...gatesAbove(plan, item)].join("\n"),
    gates: atMost(task.gates).map((key) => gateLineOf(key, plan, bound)),
    missing: [...atMost(task.missing)],
    payload: shortened(await room.payload(task.taskId)),
  };
}

/** The brief for reading: what to do, what must pass, what was missing. */
export function briefText(brief: Brief): string {
  const lines = [`${brief.title} (task ${brief.id}, attempt ${brief.attempt}, ${brief.state})`, `In: ${brief.where}`];
  for (const gate of brief.gates) {
    lines.push(`Must pass: ${gate.metric ?? gate.key} ${gate.asks} (evidence ${gate.min_tier} or better)`);
  }
  for (const one of brief.missing) lines.push(`Was missing: ${one}`);
  if (brief.lease_until !== null) lines.push(`Lease until ${brief.lease_until}`);
  return lines.join("\n");
}

/** A gate in the words of the plan, with what the sidecar asks of its evidence. */
export function gateLineOf(
  key: string,
  plan: PlanDocument | null,
  bound: ReadonlyMap<string, BoundGate>,
): z.infer<typeof gateLine> {
  const gate = plan?.gates.find((one) => one.key === key);
  const { gate: judged, policy } = bound.get(key) ?? { gate: null, policy: null };
  return {
    key,
    metric: judged?.metric ?? gate?.metric ?? null,
    asks: judged?.text ?? gate?.text ?? "unknown to this revision",
    min_tier: policy?.minTier ?? "E2",
  };
}

/** Items above, the nearest first. */
function ancestors(plan: PlanDocument, item: PlanItem): readonly PlanItem[] {
  const byKey = new Map(plan.items.map((one) => [one.key, one]));
  const found: PlanItem[] = [];
  // A document cannot nest deeper; a cycle would be a bug of the reader and must not hang a claim.
  for (let up = byKey.get(item.parent ?? ""); up !== undefined && found.length < 50; up = byKey.get(up.parent ?? "")) {
    found.push(up);
  }
  return found;
}

/** What the nearest item above asks, whose gates the work of its parts has to open in the end. */
function gatesAbove(plan: PlanDocument, item: PlanItem): readonly string[] {
  for (const up of ancestors(plan, item)) {
    const gates = plan.gates.filter((gate) => gate.item === up.key && gate.severity === "critical");
    if (gates.length === 0) continue;
    return [
      `Then ${up.title} must pass:`,
      ...atMost(gates).map(({ metric, text }) => `- ${metric ?? ""} ${text}`.slice(0, 200)),
    ];
  }
  return [];
}

/** The lines of an item, up to the next one. */
function quote(plan: PlanDocument, item: PlanItem): string {
  const lines = new TextDecoder().decode(plan.source).split(/\r?\n/);
  const next = plan.items.map(({ line }) => line).filter((line) => line > item.line);
  const end = Math.min(...next, item.line + QUOTED_LINES, lines.length + 1);
  const text = lines
    .slice(item.line - 1, end - 1)
    .join("\n")
    .trimEnd();
  return text.length <= QUOTED_CHARS ? text : `${text.slice(0, QUOTED_CHARS)}…`;
}

function shortened(payload: JsonValue): unknown {
  const text = JSON.stringify(payload);
  return text.length <= PAYLOAD_CHARS ? payload : `${text.slice(0, PAYLOAD_CHARS)}… (cut: ${text.length} characters)`;
}

/** The first entries of a list that could be long. */
export function atMost<T>(list: readonly T[], most: number = LISTED): readonly T[] {
  return list.slice(0, most);
}
