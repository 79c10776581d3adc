import { type Agent, agentTakes } from "@holdpoint/agent";
import type { PlanDocument, WorkGraph } from "@holdpoint/core";
import { oneLine } from "../output/plain-text.ts";
import type { Style } from "../output/style.ts";
import { tableLines } from "../output/table.ts";

/** One step of a dry run. */
export interface DryStep {
  readonly key: string;
  readonly kind: "task" | "checkpoint";
  readonly line: number;
  readonly title: string;
  /** From 1; what has the same number may run at the same time. */
  readonly wave: number;
  /** Names of the agents it could be offered to; none for a checkpoint, which the engine judges. */
  readonly agents: readonly string[];
  readonly gates: readonly string[];
  readonly dependsOn: readonly string[];
  /** The plan claims that it is done: its gates are judged before anyone is asked to work on it. */
  readonly judgedFirst: boolean;
}

/** What a run would do, in waves of things that can go on side by side. Nothing is started and nothing is stored. */
export function dryRun(plan: PlanDocument, graph: WorkGraph, agents: readonly Agent[]): readonly DryStep[] {
  const items = new Map(plan.items.map((item) => [item.key, item]));
  const waves = wavesOf(graph);
  const steps: DryStep[] = [];
  for (const node of graph.nodes) {
    if (node.kind === "checkpoint" && node.gates.length === 0) continue;
    const item = node.item === null ? undefined : items.get(node.item);
    const able = node.kind === "task" && item !== undefined ? agents.filter((agent) => agentTakes(agent, item)) : [];
    steps.push({
      key: node.key,
      kind: node.kind,
      line: node.line,
      title: node.title,
      wave: waves.get(node.key) ?? 1,
      agents: able.map((agent) => agent.name),
      gates: node.gates,
      dependsOn: node.dependsOn,
      judgedFirst: node.judgeFirst && node.kind === "task",
    });
  }
  return steps.sort((a, b) => a.wave - b.wave || a.line - b.line);
}

/** For each node one more than the greatest wave of what it waits for. The graph has no cycle. */
function wavesOf(graph: WorkGraph): ReadonlyMap<string, number> {
  const waves = new Map<string, number>();
  let open = graph.nodes;
  while (open.length > 0) {
    const blocked = open.filter((node) => {
      const before = node.dependsOn.map((key) => waves.get(key));
      if (before.includes(undefined)) return true;
      waves.set(node.key, 1 + before.reduce<number>((most, wave) => Math.max(most, wave ?? 0), 0));
      return false;
    });
    if (blocked.length === open.length) break;
    open = blocked;
  }
  return waves;
}

/** The steps for people. */
export function renderDryRun(steps: readonly DryStep[], style: Style): string {
  if (steps.length === 0) return "Nothing to work on: the plan holds no open task.\n";
  const rows = steps.map((step) => [
    String(step.wave),
    step.line === 0 ? "" : String(step.line),
    oneLine(step.title),
    who(step),
    step.gates.length === 0 ? "" : `${step.gates.length} gate${step.gates.length === 1 ? "" : "s"}`,
  ]);
  const columns = [
    { header: "wave", align: "right" as const },
    { header: "line", align: "right" as const },
    { header: "what", flexible: true as const },
    { header: "who", flexible: true as const },
    { header: "must pass" },
  ];
  return `${tableLines(columns, rows, style).join("\n")}\n\nNothing was started. What has the same wave number may run side by side.\n`;
}

function who(step: DryStep): string {
  if (step.kind === "checkpoint") return "judged by Holdpoint";
  const able = step.agents.length === 0 ? "no agent fits: it would wait" : step.agents.join(", ");
  return step.judgedFirst ? `judged first, then ${able}` : able;
}
