import type { WorkGraph, WorkNode } from "@holdpoint/core";
import type { Chance } from "./chance.ts";
import type { WantedTask } from "./records.ts";

/** The one address of all servers. */
export const PLANE = "http://plane";
/** Where tasks are created. */
export const QUEUE = "sim";
/** The plan of a world that has one. */
export const PLAN_ID = "00000000-0000-7000-8000-0000000000aa";

/** An agent of the world. */
export interface AgentShape {
  readonly name: string;
  readonly capabilities: readonly string[];
  readonly concurrency: number;
}

/** A process with agents. */
export interface RunnerShape {
  readonly name: string;
  readonly agents: readonly AgentShape[];
  readonly leaseTtlMs: number;
  readonly waitMs: number;
  readonly heartbeatMs: number;
  /** How long it goes on without its server, milliseconds. */
  readonly awayMs: number;
}

/** Tasks that are created together. */
export interface BatchShape {
  /** After the beginning, milliseconds. */
  readonly atMs: number;
  readonly tasks: readonly (Omit<WantedTask, "judgeFirst" | "kind"> & { readonly priority: number })[];
}

/** What a world is made of, before anything happens. */
export interface WorldShape {
  readonly servers: readonly string[];
  readonly runners: readonly RunnerShape[];
  /** Agents that connect by themselves. */
  readonly loners: readonly (AgentShape & { readonly leaseTtlMs: number })[];
  /** A plan with gates; null in worlds that have only a queue. */
  readonly plan: { readonly graph: WorkGraph; readonly maxAttempts: number } | null;
  readonly batches: readonly BatchShape[];
  readonly wanted: readonly WantedTask[];
  /** How long an attempt takes, milliseconds. */
  readonly workMs: { readonly least: number; readonly most: number };
  /** Attempts that fail by themselves. */
  readonly failing: number;
  /** From then on nothing goes wrong any more, milliseconds after the beginning. */
  readonly calmAtMs: number;
  /** How far a server's clock may be off, milliseconds. Agents' clocks may be anywhere. */
  readonly maxSkewMs: number;
}

/** Draws a world: 3 to 8 agents, 5 to 30 tasks that wait for each other, one or two servers. */
export function drawShape(chance: Chance): WorldShape {
  const leaseTtlMs = chance.one([1_500, 3_000, 3_000, 5_000]);
  const agentCount = Math.floor(chance.skewed(3, 9));
  const runnerCount = chance.whole(1, Math.min(3, agentCount));
  const lonerCount = chance.is(0.6) ? chance.whole(0, Math.min(3, agentCount - runnerCount)) : 0;
  const abilities = (): readonly string[] => chance.one([["x"], ["y"], ["x", "y"], ["x", "y"], []]);
  const agent = (at: number): AgentShape => ({
    name: `agent-${at}`,
    capabilities: abilities(),
    concurrency: chance.one([1, 1, 2]),
  });
  const agents = Array.from({ length: agentCount }, (_, at) => agent(at + 1));
  const loners = agents.slice(0, lonerCount).map((one) => ({ ...one, leaseTtlMs }));
  const runners = Array.from(
    { length: runnerCount },
    (_, at): RunnerShape => ({
      name: `runner-${at + 1}`,
      agents: agents.slice(lonerCount).filter((_one, place) => place % runnerCount === at),
      leaseTtlMs,
      waitMs: chance.one([3_000, 10_000]),
      heartbeatMs: chance.one([3_000, 10_000]),
      awayMs: chance.one([10_000, 60_000]),
    }),
  );
  const size = Math.floor(chance.skewed(5, 31, 5));
  const planned = chance.is(0.5) ? chance.whole(2, Math.ceil(size / 2)) : 0;
  const plan = planned === 0 ? null : { graph: drawGraph(chance, planned), maxAttempts: chance.whole(2, 4) };
  const batches = drawBatches(chance, Math.max(1, size - planned));
  return {
    servers: chance.is(0.5) ? ["server-1"] : ["server-1", "server-2"],
    runners,
    loners,
    plan,
    batches,
    wanted: [...wantedOf(plan), ...batches.flatMap(({ tasks }) => tasks.map((task) => ({ ...task, ...OFFERED })))],
    workMs: chance.one([
      { least: 20, most: 400 },
      { least: 50, most: 1_000 },
      { least: 300, most: leaseTtlMs * 1.2 },
    ]),
    failing: chance.one([0, 0.1, 0.25]),
    calmAtMs: Math.floor(chance.skewed(2_000, 12_000, 4)),
    maxSkewMs: Math.floor(leaseTtlMs / 5),
  };
}

const OFFERED = { judgeFirst: false, kind: "task" } as const;

function wantedOf(plan: WorldShape["plan"]): readonly WantedTask[] {
  return (plan?.graph.nodes ?? []).map(({ key, dependsOn, capabilities, judgeFirst, kind }) => {
    return { key, dependsOn, capabilities, judgeFirst, kind, maxAttempts: plan?.maxAttempts ?? 0 };
  });
}

function drawNeeds(chance: Chance): readonly string[] {
  return chance.one([[], [], [], ["x"], ["y"]]);
}

/** Up to three earlier ones. */
function drawBefore(chance: Chance, keys: readonly string[]): readonly string[] {
  if (keys.length === 0 || chance.is(0.3)) return [];
  return [...new Set(Array.from({ length: chance.whole(1, 3) }, () => chance.one(keys.slice(-8))))];
}

function drawGraph(chance: Chance, size: number): WorkGraph {
  const nodes: WorkNode[] = [];
  for (let position = 0; position < size; position += 1) {
    const key = `P${position + 1}`;
    const kind = position > 1 && chance.is(0.15) ? "checkpoint" : "task";
    nodes.push({
      key,
      kind,
      title: key,
      item: key,
      line: position + 1,
      dependsOn: [
        ...drawBefore(
          chance,
          nodes.map((node) => node.key),
        ),
      ],
      gates: kind === "checkpoint" || chance.is(0.7) ? [`gate-${key}`] : [],
      judgeFirst: kind === "checkpoint" || chance.is(0.1),
      capabilities: kind === "checkpoint" ? [] : [...drawNeeds(chance)],
      priority: chance.whole(0, 2),
      position,
    });
  }
  return { nodes, notes: [] };
}

function drawBatches(chance: Chance, size: number): readonly BatchShape[] {
  const batches: BatchShape[] = [];
  const keys: string[] = [];
  while (keys.length < size) {
    const count = Math.min(size - keys.length, chance.whole(1, 10));
    const tasks = Array.from({ length: count }, () => {
      const dependsOn = drawBefore(chance, keys);
      const key = `Q${keys.length + 1}`;
      keys.push(key);
      const maxAttempts = chance.whole(2, 5);
      return { key, dependsOn, capabilities: drawNeeds(chance), maxAttempts, priority: chance.whole(0, 2) };
    });
    batches.push({ atMs: (batches.at(-1)?.atMs ?? 0) + (batches.length === 0 ? 0 : chance.whole(0, 2_000)), tasks });
  }
  return batches;
}
