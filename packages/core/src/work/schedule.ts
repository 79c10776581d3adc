import type { PlanDocument, PlanItem } from "../plan/inspection.ts";
import { problem } from "../problem.ts";
import { findCycle } from "./cycle.ts";
import type { WorkGraph, WorkNode, WorkNote } from "./graph.ts";
import { hostOf, type Outline, outline } from "./outline.ts";
import { workProblems } from "./work.problems.ts";

/** What a schedule needs from a plan. */
export type Schedulable = Pick<PlanDocument, "items" | "gates">;

/** What the plan itself does not say. */
export interface ScheduleOptions {
  /** What an agent must be able to do to work on an item. @default nothing */
  readonly capabilitiesOf?: (item: PlanItem) => readonly string[];
  /** Higher goes first among ready tasks. @default 0 */
  readonly priorityOf?: (item: PlanItem) => number;
}

/** Two neighbouring groups of more nodes than this meet in a join, so that edges grow with the plan and not with its square. */
const JOIN_ABOVE = 16;

/**
 * Turns a plan into its graph of work.
 *
 * Leaves of kind task and step become tasks; a phase, step or plan with critical gates ends in a checkpoint. An item
 * follows what it says it depends on, else what stands before it; neighbours marked parallel, or the children of an
 * item with several that is marked parallel, form one block that runs together. Nothing inside an item begins before the item may.
 *
 * Items claimed done become tasks only when a critical gate stands on them, and are judged before anyone works on
 * them. Cancelled and deferred items, with everything inside, never become tasks. Nothing waits for an optional item
 * by order alone.
 *
 * @throws HoldpointError HP5001 when the order has a circle; HP5002 when a dependency names no item
 */
export function scheduleWork(plan: Schedulable, options: ScheduleOptions = {}): WorkGraph {
  const scheduler = new Scheduler(plan, options);
  return scheduler.run();
}

type Frontier = ReadonlySet<string>;

interface DraftNode extends Omit<WorkNode, "dependsOn" | "position"> {
  readonly dependsOn: Set<string>;
}

class Scheduler {
  private readonly tree: Outline;
  private readonly gatesOf = new Map<string | null, string[]>();
  private readonly nodes = new Map<string, DraftNode>();
  private readonly order: DraftNode[] = [];
  private readonly exitOf = new Map<string, Frontier>();
  private readonly explicit: {
    readonly item: PlanItem;
    readonly target: string;
    readonly nodes: readonly DraftNode[];
  }[] = [];
  private readonly notes: WorkNote[] = [];
  private joins = 0;
  private readonly options: ScheduleOptions;

  constructor(plan: Schedulable, options: ScheduleOptions) {
    this.options = options;
    this.tree = outline(plan.items);
    for (const gate of plan.gates) {
      if (gate.severity !== "critical") continue;
      const host = hostOf(gate.item, this.tree.itemOf)?.key ?? null;
      const known = this.gatesOf.get(host);
      if (known === undefined) this.gatesOf.set(host, [gate.key]);
      else known.push(gate.key);
    }
  }

  run(): WorkGraph {
    const exit = this.layOutChildren(this.tree.roots, false, new Set());
    this.checkpoint(null, exit);
    this.resolveExplicit();
    const nodes = this.order.map((node, position) => ({
      ...node,
      dependsOn: [...node.dependsOn],
      position,
    }));
    const cycle = findCycle(nodes);
    if (cycle !== null) throw this.cycleProblem(cycle);
    return { nodes, notes: this.notes };
  }

  /** Lays out siblings block by block and answers what must be accepted for all of them to be through. */
  private layOutChildren(children: readonly PlanItem[], together: boolean, entry: Frontier): Frontier {
    let frontier: Set<string> = new Set(entry);
    for (const block of blocksOf(children, together, (child) => this.standsParallel(child))) {
      if (frontier.size > JOIN_ABOVE && this.isWide(block)) frontier = this.join(frontier);
      const exits = new Set<string>();
      let stays = false;
      for (const child of block) {
        const explicit = child.dependsOn.length > 0;
        const exit = this.layOut(child, explicit ? entry : frontier);
        // What stands before an optional item, or before one with an order of its own, still has to be waited for.
        if (explicit || exit === null || child.optional) stays = true;
        if (!child.optional) for (const key of exit ?? []) exits.add(key);
      }
      if (stays) for (const key of exits) frontier.add(key);
      else frontier = exits;
    }
    return frontier;
  }

  /** Lays out one item and answers its exit; null when it makes no node, so that its predecessors are waited for. */
  private layOut(item: PlanItem, entry: Frontier): Frontier | null {
    if (item.claimed === "cancelled" || item.claimed === "deferred") return null;
    const before = this.nodes.size;
    const children = this.tree.childrenOf.get(item.key) ?? [];
    const exit = children.length === 0 ? this.leaf(item, entry) : this.container(item, children, entry);
    if (exit === null || this.nodes.size === before) return null;
    this.exitOf.set(item.key, exit);
    if (item.dependsOn.length > 0) {
      const nodes = this.order.slice(before);
      for (const target of item.dependsOn) this.explicit.push({ item, target, nodes });
    }
    return exit;
  }

  /**
   * Whether a parallel mark speaks of the item beside its neighbours. On an item with several parts it speaks of those:
   * "Phase 2 (4 parallel)" still comes after phase 1 and before phase 3.
   */
  private standsParallel(item: PlanItem): boolean {
    return item.mode === "parallel" && (this.tree.childrenOf.get(item.key) ?? []).length < 2;
  }

  private container(item: PlanItem, children: readonly PlanItem[], entry: Frontier): Frontier {
    return this.checkpoint(item, this.layOutChildren(children, item.mode === "parallel", entry));
  }

  private leaf(item: PlanItem, entry: Frontier): Frontier | null {
    const gates = this.gatesOf.get(item.key) ?? [];
    if (item.kind === "phase") return this.checkpoint(item, entry);
    if (item.claimed === "done" && gates.length === 0) return null;
    return this.add({
      key: item.key,
      kind: "task",
      title: item.title,
      item: item.key,
      line: item.line,
      dependsOn: new Set(entry),
      gates,
      judgeFirst: item.claimed === "done",
      capabilities: this.options.capabilitiesOf?.(item) ?? [],
      priority: this.options.priorityOf?.(item) ?? 0,
    });
  }

  /** Ends an item (null: the plan) that has critical gates in a checkpoint. */
  private checkpoint(item: PlanItem | null, exit: Frontier): Frontier {
    const gates = this.gatesOf.get(item?.key ?? null) ?? [];
    if (gates.length === 0) return exit;
    return this.engineNode(item === null ? "@checkpoint" : `@checkpoint:${item.key}`, item, gates, exit);
  }

  private join(frontier: Frontier): Set<string> {
    this.joins += 1;
    return this.engineNode(`@join:${this.joins}`, null, [], frontier);
  }

  private engineNode(name: string, item: PlanItem | null, gates: readonly string[], after: Frontier): Set<string> {
    let key = name;
    while (this.tree.itemOf.has(key)) key = `@${key}`;
    return this.add({
      key,
      kind: "checkpoint",
      title: item?.title ?? (gates.length === 0 ? "" : "The plan as a whole"),
      item: item?.key ?? null,
      line: item?.line ?? 0,
      dependsOn: new Set(after),
      gates,
      judgeFirst: true,
      capabilities: [],
      priority: 0,
    });
  }

  private add(node: DraftNode): Set<string> {
    this.nodes.set(node.key, node);
    this.order.push(node);
    return new Set([node.key]);
  }

  private isWide(block: readonly PlanItem[]): boolean {
    let leaves = 0;
    const open = [...block];
    for (let item = open.pop(); item !== undefined && leaves <= JOIN_ABOVE; item = open.pop()) {
      const children = this.tree.childrenOf.get(item.key);
      if (children === undefined) leaves += 1;
      else open.push(...children.slice(0, JOIN_ABOVE + 1));
    }
    return leaves > JOIN_ABOVE;
  }

  private resolveExplicit(): void {
    for (const { item, target, nodes } of this.explicit) {
      const found = this.tree.itemOf.get(target);
      if (found === undefined) {
        throw problem(workProblems, "HP5002", { title: item.title, key: target }, { line: item.line });
      }
      const host = hostOf(target, this.tree.itemOf);
      if (host === null) continue;
      if (host.claimed === "cancelled" || host.claimed === "deferred") {
        this.notes.push({
          line: item.line,
          message: `“${item.title}” depends on “${host.title}”, which the plan says is ${host.claimed}; it does not wait for it.`,
        });
        continue;
      }
      this.waitFor(item, host, nodes);
    }
  }

  private waitFor(item: PlanItem, host: PlanItem, nodes: readonly DraftNode[]): void {
    const inside = new Set(nodes.map((node) => node.key));
    const selfReference = host.key === item.key;
    for (const key of this.ownExit(host)) {
      for (const node of nodes) {
        // Only the first nodes inside need the edge: the others follow them.
        if (selfReference || ![...node.dependsOn].some((before) => inside.has(before))) node.dependsOn.add(key);
      }
    }
  }

  /** The exit of an item, but nothing for one that makes no node: what is done already need not be waited for. */
  private ownExit(host: PlanItem): readonly string[] {
    return [...(this.exitOf.get(host.key) ?? [])].filter((key) => this.isWithin(key, host));
  }

  private isWithin(key: string, host: PlanItem): boolean {
    let at: PlanItem | undefined = this.tree.itemOf.get(this.nodes.get(key)?.item ?? "");
    while (at !== undefined && at.key !== host.key)
      at = at.parent === null ? undefined : this.tree.itemOf.get(at.parent);
    return at !== undefined;
  }

  private cycleProblem(cycle: readonly string[]): Error {
    const name = (key: string): string => this.nodes.get(key)?.title || key;
    const line = Math.min(...cycle.map((key) => this.nodes.get(key)?.line ?? 0).filter((at) => at > 0));
    const shown = cycle.length > 8 ? [...cycle.slice(0, 7), "…", ...cycle.slice(-1)] : cycle;
    return problem(
      workProblems,
      "HP5001",
      { cycle: shown.map(name).join(" → ") },
      Number.isFinite(line) ? { line } : {},
    );
  }
}

function blocksOf(
  children: readonly PlanItem[],
  together: boolean,
  standsParallel: (item: PlanItem) => boolean,
): readonly (readonly PlanItem[])[] {
  if (together) return children.length === 0 ? [] : [children];
  const blocks: PlanItem[][] = [];
  let last: PlanItem | undefined;
  for (const child of children) {
    const current = blocks.at(-1);
    if (current !== undefined && last !== undefined && standsParallel(child) && standsParallel(last))
      current.push(child);
    else blocks.push([child]);
    last = child;
  }
  return blocks;
}
