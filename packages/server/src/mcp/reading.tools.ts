import { operations } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { z } from "zod";
import { missingOf, nextActionsOf } from "../run/index.ts";
import { atMost, gateLineOf } from "./brief.ts";
import { mcpProblems } from "./mcp.problems.ts";
import { type McpRoom, READS, type Tool, tool } from "./tool.ts";

/** Open gates and held tasks that plan_status lists. */
const LISTED = 5;

const planStatus = tool({
  name: "plan_status",
  description: "How a plan stands: claimed beside verified, tasks by state, shut gates, what holds.",
  scopes: ["work", "read", "plan", "operate"],
  calls: [operations.getProgress],
  hints: READS,
  input: z.strictObject({ plan: z.uuid().optional().describe("Default: the newest.") }),
  output: z.object({
    plan: z.string(),
    title: z.string(),
    claimed: z.number(),
    verified: z.number(),
    tasks: z.record(z.string(), z.int()),
    shut_gates: z.array(z.string()),
    holds: z.array(z.string()),
  }),
  async run(input, { room, call }) {
    const planId = input.plan ?? (await newestPlan(room, "plan_status"));
    const { plan, claimed, verified, tasks, gates, holds } = await call(operations.getProgress, {
      params: { plan: planId },
    });
    const document = await room.planOf(planId);
    const open = new Set(
      (await room.verdicts(planId))
        .filter(({ verdict }) => verdict.verdict === "pass" && verdict.freshness === "fresh")
        .map(({ gateKey }) => gateKey),
    );
    const shut = (document?.gates ?? []).filter(({ key, severity }) => severity === "critical" && !open.has(key));
    const data = {
      plan: planId,
      title: plan.title,
      claimed,
      verified,
      tasks: Object.fromEntries(Object.entries(tasks).filter(([, count]) => count > 0)),
      shut_gates: atMost(shut, LISTED).map(({ key, metric, text }) => `${key}: ${metric ?? ""} ${text}`),
      holds: atMost(holds, LISTED).map(({ task, title, missing }) => `${title} (${task}): ${missing[0] ?? "held"}`),
    };
    const states = Object.entries(data.tasks).map(([state, count]) => `${count} ${state}`);
    const text = [
      `${plan.title}: claimed ${percent(claimed)}, verified ${percent(verified)}. Tasks: ${states.join(", ") || "none"}.`,
      `Gates: ${gates.pass} of ${gates.total} pass, ${shut.length} critical shut.`,
      ...data.holds.map((one) => `Held: ${one}`),
    ];
    return { data, text: text.join("\n") };
  },
});

const gateExplain = tool({
  name: "gate_explain",
  description: "Why a gate is open or shut, and what would open it.",
  scopes: ["work", "read", "plan", "operate"],
  calls: [operations.getGate],
  hints: READS,
  input: z.strictObject({ plan: z.uuid(), gate: z.string() }),
  output: z.object({
    gate: z.string(),
    asks: z.string(),
    min_tier: z.string(),
    verdict: z.string(),
    reason: z.string(),
    explanation: z.string(),
    next_actions: z.array(z.string()),
  }),
  async run({ plan: planId, gate: key }, { room, call }) {
    const { gate } = await call(operations.getGate, { params: { plan: planId, gate: key } });
    const document = await room.planOf(planId);
    const bound = await room.bound(planId);
    const stored = (await room.verdicts(planId)).find(({ gateKey }) => gateKey === key);
    const isOpen = gate.verdict === "pass" && gate.freshness === "fresh";
    const missing = { ...missingOf(key, stored?.verdict, document), reason: gate.reason };
    const suggestion = bound.get(key)?.suggestion ?? null;
    const next = isOpen ? [] : nextActionsOf("refused", [missing], "");
    const line = gateLineOf(key, document, bound);
    const data = {
      gate: key,
      asks: `${line.metric ?? ""} ${line.asks}`.trim(),
      min_tier: line.min_tier,
      verdict: gate.freshness === "fresh" ? gate.verdict : `${gate.verdict}, ${gate.freshness}`,
      reason: gate.reason,
      explanation: gate.explanation,
      next_actions: [...next, ...(suggestion === null ? [] : [`Bind it in the sidecar:\n${suggestion}`])],
    };
    const text = `${data.asks}: ${data.verdict} (${data.reason}). ${data.explanation}`;
    return { data, text: [text, ...data.next_actions].join("\n") };
  },
});

/** Tools that everybody has who has any. */
export const READING_TOOLS: readonly Tool[] = [planStatus, gateExplain];

/** The plan that was imported last. @throws HP9305 when there is none */
async function newestPlan(room: McpRoom, toolName: string): Promise<string> {
  const [newest] = [...(await room.plans())].sort((a, b) => b.importedAt - a.importedAt);
  if (newest === undefined) throw problem(mcpProblems, "HP9305", { tool: toolName });
  return newest.planId;
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
