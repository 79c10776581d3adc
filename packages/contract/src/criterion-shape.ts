import type { Criterion } from "@holdpoint/core";
import { z } from "zod";

const metric = z.string().exactOptional().describe("The metric it reads; that of the gate where absent.");
const noUnit = z.null().describe("This kind has no unit.");
const unit = z.string().nullable().describe("As written, in the spelling of the unit table; null when there is none.");

const absolute = z
  .looseObject({
    kind: z.literal("absolute"),
    metric,
    op: z.enum(["<", "<=", "=", "!=", ">=", ">"]).describe("Compared after conversion within one dimension."),
    value: z.number().describe("As written; 24 in `24 h`."),
    unit,
    qualifier: z.string().exactOptional().describe("Words that narrow the meaning, such as `p95` or `during burst`."),
    base: z.number().exactOptional().describe("The stated base of a ratio: 66972 in `>=80% of 66,972`."),
    assumedOperator: z.boolean().exactOptional().describe("True when the text had no operator and `=` was assumed."),
    counts: z.literal("findings").exactOptional().describe("Zero of these needs a scanner that proves it ran."),
  })
  .describe("A number with an operator: `<500ms`, `>=95%`.");

const count = z
  .looseObject({
    kind: z.literal("count"),
    metric,
    op: z.literal("="),
    value: z.number().describe("How many must pass."),
    unit: noUnit,
    total: z.number().describe("The least total; a smaller inventory is `shrunk_suite`."),
    noun: z.string().nullable().describe("What is counted, as written."),
  })
  .describe("All of a fixed number: `203/203 passing`, counted from test cases.");

const state = z
  .looseObject({
    kind: z.literal("state"),
    metric,
    op: z.enum(["=", "!="]),
    value: z.union([z.string(), z.boolean()]).describe("The state that is asked for."),
    unit: noUnit,
  })
  .describe("A state that a probe or scan reports: `operational`, `clean`, true.");

const relative = z
  .looseObject({
    kind: z.literal("relative"),
    metric,
    op: z.enum(["<=", ">="]).describe("`>=` when more is better, `<=` when less is."),
    value: z.number().describe("The signed margin as written; 0 for a ratchet."),
    unit: z.string().nullable().describe("`%rel`, `pp` or a unit."),
    baseline: z.enum(["last_pass", "best"]).describe("What it is compared with."),
  })
  .describe("No worse than a baseline by more than a margin.");

const window = z
  .looseObject({
    kind: z.literal("window"),
    op: z.literal(">="),
    value: z.number().describe("How long, in `unit`."),
    unit: z.string().describe("A time unit as written: `h`, `d`, `min`."),
    label: z.enum(["canary", "validation", "soak"]).nullable().describe("What the plan calls it."),
    coverage: z.number().min(0).max(1).describe("Share of time slots that must hold an observation."),
    holds: z.array(z.lazy(() => criterionSchema)).describe("What must hold in each observation."),
  })
  .describe("Observed, unviolated time: `24hr canary`.");

const witness = z
  .looseObject({
    kind: z.literal("witness"),
    op: z.literal(">="),
    value: z.number().describe("How many different people must sign."),
    unit: noUnit,
    role: z.string().nullable().describe("In which role; null for any."),
    notProducer: z.boolean().describe("Whether the producer of the work may not sign."),
    withinMs: z.number().nullable().describe("Greatest age of a signature in milliseconds; null when unlimited."),
  })
  .describe("Named people sign: `1 of release-manager not producer within 48h`.");

const composite = z
  .looseObject({
    kind: z.literal("composite"),
    op: z.enum(["all", "any", "atLeast", "not"]),
    value: z.number().nullable().describe("The k of k-of-n; null otherwise."),
    unit: noUnit,
    of: z.array(z.lazy(() => criterionSchema)).describe("The parts."),
  })
  .describe("Several criteria over one gate's evidence.");

const expression = z
  .looseObject({
    kind: z.literal("expression"),
    op: z.literal("cel"),
    value: z.string().describe("The CEL text; names are metric keys."),
    unit: noUnit,
  })
  .describe("A CEL expression over the metrics of a gate.");

const exit = z
  .looseObject({
    kind: z.literal("exit"),
    op: z.literal("="),
    value: z.number().int().describe("The exit status that is asked for."),
    unit: noUnit,
  })
  .describe("The exit status of a check, only where a sidecar binds it.");

/** A typed threshold, as machine output carries it. Mirrors `Criterion` of the core. */
export const criterionSchema: z.ZodType<Criterion> = z
  .discriminatedUnion("kind", [absolute, count, state, relative, window, witness, composite, expression, exit])
  .meta({ id: "Criterion", description: "A threshold as typed when the plan was read." });
