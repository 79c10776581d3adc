import { REASONS, type Reason, SEVERITIES, type Severity, VERDICTS, type VerdictValue } from "@holdpoint/core";
import { z } from "zod";

/** Every way in which an attempt can end, as its line says it. */
export const ATTEMPT_ENDS = [
  "accepted",
  "refused",
  "handed_back",
  "held",
  "superseded",
  "interrupted",
  "failed",
  "released",
  "lost",
] as const;

/** One of {@link ATTEMPT_ENDS}. */
export type AttemptEnd = (typeof ATTEMPT_ENDS)[number];

/** One line that `--events` prints before the final object. `at` is ISO 8601, UTC. */
export type EventLine = { readonly at: string } & (
  | {
      readonly type: "run.started";
      readonly plan: string;
      readonly tasks: number;
      readonly gates: number;
      readonly agents: readonly string[];
    }
  | {
      readonly type: "attempt.started";
      readonly task: string;
      readonly title: string;
      readonly attempt: number;
      readonly agent: string;
    }
  | {
      readonly type: "attempt.progress";
      readonly task: string;
      readonly attempt: number;
      readonly value: number | null;
      readonly message: string;
    }
  | {
      readonly type: "attempt.ended";
      readonly task: string;
      readonly title: string;
      readonly attempt: number;
      readonly agent: string;
      readonly outcome: AttemptEnd;
      readonly summary: string;
    }
  | { readonly type: "task.waiting"; readonly task: string; readonly title: string; readonly why: string }
  | { readonly type: "check.started"; readonly check: string; readonly command: string }
  | { readonly type: "check.ended"; readonly check: string; readonly outcome: string; readonly durationMs: number }
  | {
      readonly type: "gate.judged";
      readonly gate: string;
      readonly metric: string | null;
      readonly text: string;
      readonly severity: Severity;
      readonly verdict: VerdictValue;
      readonly reason: Reason;
      readonly explanation: string;
    }
  | { readonly type: "note"; readonly level: "info" | "warning"; readonly message: string }
);

const at = z.iso.datetime().describe("When it happened: ISO 8601, UTC.");
const task = z.string().min(1).describe("Key of the task.");
const title = z.string().describe("Title of the task, as plain text.");
const attempt = z.int().min(0).describe("Number of the attempt; 0 when nobody has worked on the task.");
const agent = z.string().min(1).describe("Name of the agent.");
const check = z.string().min(1).describe("Id of the check.");
const count = z.int().min(0);

/** Shape of {@link EventLine}. Further types and keys may be added; readers should ignore those they do not know. */
export const eventLineSchema: z.ZodType<EventLine> = z.discriminatedUnion("type", [
  z.looseObject({
    at,
    type: z.literal("run.started").describe("`run` has read the plan and begins to work it."),
    plan: z.string().describe("Title of the plan."),
    tasks: count.describe("How many tasks it holds."),
    gates: count.describe("How many gates it holds."),
    agents: z.array(agent).describe("Names of the agents that may run."),
  }),
  z.looseObject({
    at,
    type: z.literal("attempt.started").describe("An agent begins to work on a task."),
    task,
    title,
    attempt,
    agent,
  }),
  z.looseObject({
    at,
    type: z.literal("attempt.progress").describe("What an agent says while it works."),
    task,
    attempt,
    value: z.number().min(0).max(1).nullable().describe("How far it is, 0 to 1; null when it does not say."),
    message: z.string().describe("In the agent's own words."),
  }),
  z.looseObject({
    at,
    type: z.literal("attempt.ended").describe("What became of an attempt. A held one can be told again."),
    task,
    title,
    attempt,
    agent,
    outcome: z
      .enum(ATTEMPT_ENDS)
      .describe(
        "`accepted`, `refused` and `held` as its gates say; `handed_back`: its changes did not fit the tree any more; `failed` by itself; `released`: ended before it was done; `lost`: its lease went to another.",
      ),
    summary: z.string().describe("What is missing, or the agent's account; may be empty."),
  }),
  z.looseObject({
    at,
    type: z.literal("task.waiting").describe("A task cannot move without a person, an agent or time."),
    task,
    title,
    why: z.string().describe("What it waits for."),
  }),
  z.looseObject({
    at,
    type: z.literal("check.started").describe("A check begins to run."),
    check,
    command: z.string().describe("Its command line."),
  }),
  z.looseObject({
    at,
    type: z.literal("check.ended").describe("A check ended."),
    check,
    outcome: z.string().min(1).describe("`exit` with the status or signal, `timed out` or `not started`."),
    durationMs: z.number().min(0).describe("How long it ran, milliseconds."),
  }),
  z.looseObject({
    at,
    type: z.literal("gate.judged").describe("The verdict of a gate, when it is another than the one before."),
    gate: z.string().min(1).describe("Key of the gate."),
    metric: z.string().nullable().describe("Normalised metric name; null when the text names none."),
    text: z.string().describe("The threshold as it is judged."),
    severity: z.enum(SEVERITIES).describe("How much it matters."),
    verdict: z.enum(VERDICTS).describe("How it was judged."),
    reason: z.enum(REASONS).describe("One of the closed list of reasons."),
    explanation: z.string().describe("One sentence: what was measured against what was asked."),
  }),
  z.looseObject({
    at,
    type: z.literal("note").describe("Something that a person should know."),
    level: z.enum(["info", "warning"]).describe("How much it matters."),
    message: z.string().describe("One sentence."),
  }),
]);
