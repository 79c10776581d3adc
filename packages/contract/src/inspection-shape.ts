import { CLAIMED, ITEM_KINDS, SEVERITIES } from "@holdpoint/core";
import { z } from "zod";
import { criterionSchema } from "./criterion-shape.ts";
import { digestSchema } from "./digest.ts";
import type { Inspection } from "./inspection.ts";
import { planProblemSchema } from "./plan-problem.ts";

const line = z.int().min(1).describe("1-based line in the document.");
const claimed = z.enum(CLAIMED).describe("What the document says of it; a claim.");
const amount = z.int().min(0);

const item = z.looseObject({
  key: z
    .string()
    .describe("Stable name: the explicit id where it is unique, else a hash that does not depend on the line."),
  id: z.string().nullable().describe("The id as written, or null."),
  kind: z.enum(ITEM_KINDS).describe("What it is."),
  title: z.string().describe("Plain text without marks, ids and emphasis."),
  line: line.describe("1-based line of the defining text."),
  parent: z.string().nullable().describe("Key of the enclosing item."),
  claimed,
  owners: z.array(z.string()).describe("Owners as written."),
  team: z.string().nullable().describe("Team as written."),
  mode: z.enum(["parallel", "sequential"]).nullable().describe("How it may run beside its neighbours."),
  dependsOn: z.array(z.string()).describe("Keys of the items that must be finished first."),
  blockers: z.array(z.string()).describe("Blockers as written."),
  optional: z.boolean().describe("Whether the plan calls it optional."),
  priority: z.string().nullable().describe("Priority as written."),
  complexity: z.string().nullable().describe("Complexity as written."),
  effort: z.string().nullable().describe("Effort as written."),
  window: z.string().nullable().describe("Time window as written, such as `Weeks 1-2`."),
  confidence: z.number().min(0).max(1).describe("How sure the reader is that this is an item of this kind."),
  reason: z.string().describe("The rule that took it for one."),
});

const gate = z.looseObject({
  key: z.string().describe("Stable name, unique in the document."),
  line,
  metric: z.string().nullable().describe("Normalised metric name; null when the text names none."),
  text: z.string().describe("The threshold as written."),
  criterion: criterionSchema
    .nullable()
    .describe("Null when the text could not be typed: the gate is then inconclusive."),
  item: z.string().nullable().describe("Key of the item it stands on; null for the whole plan."),
  severity: z.enum(SEVERITIES).describe("Only a critical gate holds work back."),
});

/** Shape of {@link Inspection}. Further keys may be added; readers should ignore those they do not know. */
export const inspectionSchema: z.ZodType<Inspection> = z.looseObject({
  schema: z.literal("holdpoint/inspection/v1").describe("Names this shape."),
  title: z.string().describe("Title of the plan."),
  format: z.enum(["markdown", "yaml"]).describe("How the document is written."),
  digest: digestSchema.describe("Digest of the bytes of the document."),
  counts: z
    .looseObject({
      phases: amount.describe("Items of kind phase."),
      steps: amount.describe("Items of kind step."),
      tasks: amount.describe("Items of kind task."),
      criteria: amount.describe("Items of kind criterion."),
      gates: amount.describe("Gates."),
      checks: amount.describe("Commands that are named as checks."),
    })
    .describe("How many of each."),
  items: z.array(item).describe("Phases, steps, tasks and criteria, in document order."),
  restated: z
    .array(
      z.looseObject({
        line,
        of: z.string().describe("Key of the item that is told again."),
        claimed,
      }),
    )
    .describe("Items told again, with a status, elsewhere in the document."),
  gates: z.array(gate).describe("Named criteria at their places in the plan."),
  checks: z
    .array(
      z.looseObject({
        line,
        command: z.string().describe("The command line; never run without consent."),
        item: z.string().nullable().describe("Key of the item it belongs to."),
      }),
    )
    .describe("Commands that the plan names as checks."),
  problems: z.array(planProblemSchema).describe("What the writer should look at."),
  notUnderstood: z
    .array(
      z.looseObject({
        line,
        text: z.string().describe("The line."),
        reason: z.string().describe("Why it was left out."),
      }),
    )
    .describe("Lines that looked like part of a plan and were not taken into it."),
});
