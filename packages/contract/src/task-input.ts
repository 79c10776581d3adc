import { ITEM_KINDS, type ItemKind, REASONS, type Reason, VERDICTS, type VerdictValue } from "@holdpoint/core";
import { z } from "zod";
import { type AnyJson, anyJson } from "./api/common.ts";

/** What a gate still asks for, as the last judgement saw it. */
export interface TaskMissing {
  /** Key of the gate; null when it is not about one. */
  readonly gate: string | null;
  readonly metric: string | null;
  /** The threshold as written. */
  readonly text: string | null;
  readonly verdict: VerdictValue | null;
  readonly reason: Reason | null;
  /** One sentence: what was measured against what was asked. */
  readonly explanation: string;
}

/** The JSON object on an agent's standard input: one attempt at one task. */
export interface TaskInput {
  readonly schema: "holdpoint/task/v1";
  readonly task: {
    readonly key: string;
    readonly id: string | null;
    readonly title: string;
    /** 1-based line in the plan. */
    readonly line: number;
    readonly kind: ItemKind;
    readonly owners: readonly string[];
  };
  readonly plan: {
    /** The document in the workspace, absolute. */
    readonly path: string;
    readonly title: string;
    /** `sha256:` digest of the document as it was read. */
    readonly digest: string;
  };
  /** 1 for the first try. */
  readonly attempt: number;
  /** What must pass before the task is accepted. */
  readonly gates: readonly { readonly key: string; readonly metric: string | null; readonly text: string }[];
  /** Why the attempt before was not accepted; null on the first. */
  readonly refusal: { readonly missing: readonly TaskMissing[] } | null;
  /** The plan's folder in the workspace, which is the working directory; absolute. */
  readonly workspace: string;
  /** What a task of a queue was created with; absent for tasks of a document. */
  readonly payload?: AnyJson;
}

const missing = z.object({
  gate: z.string().nullable().describe("Key of the gate; null when it is not about one."),
  metric: z.string().nullable().describe("Metric that the gate measures."),
  text: z.string().nullable().describe("The threshold as written."),
  verdict: z.enum(VERDICTS).nullable().describe("How the gate was judged."),
  reason: z.enum(REASONS).nullable().describe("Why it was judged so."),
  explanation: z.string().describe("One sentence: what was measured against what was asked."),
});

/** Shape of {@link TaskInput}. Later versions may add keys. */
export const taskInputSchema: z.ZodType<TaskInput> = z.object({
  schema: z.literal("holdpoint/task/v1").describe("Names this shape."),
  task: z
    .object({
      key: z.string().describe("Key of the item; stable while the plan is edited."),
      id: z.string().nullable().describe("Id as written in the plan."),
      title: z.string().describe("Title, as plain text."),
      line: z.int().min(1).describe("Line in the plan, from 1."),
      kind: z.enum(ITEM_KINDS).describe("What kind of item it is."),
      owners: z.array(z.string()).describe("Owners as written, without a leading @."),
    })
    .describe("What is to be done."),
  plan: z
    .object({
      path: z.string().describe("The document in the workspace, absolute."),
      title: z.string().describe("Title of the plan."),
      digest: z.string().describe("`sha256:` digest of the document as it was read."),
    })
    .describe("Where it comes from."),
  attempt: z.int().min(1).describe("1 for the first try."),
  gates: z
    .array(
      z.object({
        key: z.string().describe("Key of the gate."),
        metric: z.string().nullable().describe("Metric that it measures; null when the text names none."),
        text: z.string().describe("The threshold as written."),
      }),
    )
    .describe("What must pass before the task is accepted."),
  refusal: z
    .object({ missing: z.array(missing).describe("What was missing, gate by gate.") })
    .nullable()
    .describe("Why the attempt before was not accepted; null on the first."),
  workspace: z.string().describe("The plan's folder in the workspace: the working directory. Absolute."),
  payload: anyJson.exactOptional().describe("What a task of a queue was created with; absent for tasks of a document."),
});

/** Environment variables of an attempt. `holdpoint` commands know by them that they were called from inside one. */
export const TASK_ENVIRONMENT = {
  /** Id of the task as written in the plan, or its key. */
  task: "HOLDPOINT_TASK",
  /** Number of the attempt, from 1. */
  attempt: "HOLDPOINT_ATTEMPT",
  /** The document in the workspace, absolute. */
  plan: "HOLDPOINT_PLAN",
  /** Title of the task. */
  title: "HOLDPOINT_TITLE",
  /** Name of the agent. */
  agent: "HOLDPOINT_AGENT",
  /** The plan's folder in the workspace, absolute. */
  workspace: "HOLDPOINT_WORKSPACE",
  /** Folder that `holdpoint evidence add` writes to. */
  inbox: "HOLDPOINT_INBOX",
} as const;
