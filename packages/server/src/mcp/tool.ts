import type { Operation, Scope } from "@holdpoint/contract";
import type { BoundGate, PlanDocument } from "@holdpoint/core";
import type { z } from "zod";
import type { StoredVerdict } from "../gates/index.ts";
import type { Principal } from "../http/index.ts";
import type { PlanView } from "../plans/index.ts";
import type { JsonValue, TaskView, WorkCounts } from "../work/index.ts";
import type { Given } from "./operation-caller.ts";

/** What tools read of a tenant. Everything that changes something goes through an operation. */
export interface McpRoom {
  plans(): Promise<readonly PlanView[]>;
  /** The plan as it is judged; null when there is none. */
  planOf(planId: string): Promise<PlanDocument | null>;
  /** How each gate is bound and what it asks of evidence. */
  bound(planId: string): Promise<ReadonlyMap<string, BoundGate>>;
  verdicts(planId: string): Promise<readonly StoredVerdict[]>;
  task(taskId: string): Promise<TaskView | null>;
  counts(planId?: string): Promise<WorkCounts>;
  /** What a task was created with; null for tasks of a document. */
  payload(taskId: string): Promise<JsonValue>;
}

/** Who calls a tool, and what it may use. */
export interface ToolContext {
  readonly principal: Principal;
  readonly room: McpRoom;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly call: <P, Q, B, R>(
    operation: Operation<P, Q, B, R>,
    given: Given<NoInfer<P>, NoInfer<Q>, NoInfer<B>>,
  ) => Promise<R>;
}

/** What a tool answers: data by its output schema, and the same for reading. */
export interface ToolAnswer<O> {
  readonly data: O;
  readonly text: string;
}

/** Hints for clients that ask their user before some calls. */
export interface ToolHints {
  /** Absent for tools that change something. */
  readonly readOnlyHint?: true;
  /** False for tools that take nothing away. */
  readonly destructiveHint?: false;
  readonly idempotentHint?: boolean;
  /** Nothing outside of the control plane is reached. */
  readonly openWorldHint: false;
}

/** One tool: data that the server registers, that `tools/list` shows, and that tests walk. */
export interface Tool<I = unknown, O = unknown> {
  /** Noun and verb in snake case. */
  readonly name: string;
  readonly description: string;
  /** It is offered to tokens with any of these. */
  readonly scopes: readonly Scope[];
  /** Operations it calls; it is offered only where the server implements them all. */
  readonly calls: readonly Pick<Operation, "id">[];
  readonly hints: ToolHints;
  readonly input: z.ZodType<I>;
  readonly output: z.ZodType<O>;
  // As a method, so that a tool of a narrower input fits in the table: the input is validated before.
  run(input: I, context: ToolContext): Promise<ToolAnswer<O>>;
}

/** Keeps the types of a tool while it is listed among others. */
export function tool<I, O>(definition: Tool<I, O>): Tool<I, O> {
  return definition;
}

/** Hints of a tool that only reads. */
export const READS: ToolHints = { readOnlyHint: true, openWorldHint: false };
/** Hints of a tool that changes something, and something more when it is called again. */
export const WRITES: ToolHints = { destructiveHint: false, openWorldHint: false };
/** Hints of a tool that may be called again without a further effect. */
export const WRITES_ONCE: ToolHints = { ...WRITES, idempotentHint: true };
/** Hints of a tool that takes something away. */
export const TAKES_AWAY: ToolHints = { openWorldHint: false };
