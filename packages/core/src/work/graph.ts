import type { TaskKind } from "./task-machine.ts";

/** One task or checkpoint of the graph of work. */
export interface WorkNode {
  /** The item's key for a task; `@checkpoint:` and the item's key, `@checkpoint` for the plan, `@join:` and a number. */
  readonly key: string;
  readonly kind: TaskKind;
  readonly title: string;
  /** Key of the plan item; null for the whole plan and for joins. */
  readonly item: string | null;
  /** 1-based line of the item; 0 where there is none. */
  readonly line: number;
  /** Keys of the nodes that must be accepted first, without repeats. */
  readonly dependsOn: readonly string[];
  /** Keys of the critical gates judged here. A checkpoint without any is a join: it is accepted at once. */
  readonly gates: readonly string[];
  /** Judged before it is offered to anyone: a checkpoint, or a task that the plan claims is done. */
  readonly judgeFirst: boolean;
  /** What an agent must be able to do to be offered it. */
  readonly capabilities: readonly string[];
  /** Higher goes first among what is ready. @default 0 */
  readonly priority: number;
  /** Place in the order of the document, from 0. */
  readonly position: number;
}

/** Something about the plan's order that the graph could not honour, for people. */
export interface WorkNote {
  readonly line: number;
  readonly message: string;
}

/** What a plan asks to be done, and in what order. It has no cycle. */
export interface WorkGraph {
  /** In order of the document. */
  readonly nodes: readonly WorkNode[];
  readonly notes: readonly WorkNote[];
}
