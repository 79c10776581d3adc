import type { PlanProblem } from "@holdpoint/core";
import { z } from "zod";

/** What the reader noticed in a document. Mirrors `PlanProblem` of the core. */
export const planProblemSchema: z.ZodType<PlanProblem> = z
  .looseObject({
    code: z
      .string()
      .regex(/^HP\d{4}$/)
      .describe("Stable code with a page of its own in `docs/problems/`."),
    severity: z.enum(["error", "warning", "info"]).describe("How bad it is."),
    kind: z.string().describe("The family, such as `arithmetic` or `duplicate-id`."),
    line: z.int().min(1).describe("1-based line where it is best seen."),
    lines: z.array(z.int().min(1)).max(20).describe("The lines that disagree with each other."),
    message: z.string().describe("What is wrong."),
    hint: z.string().describe("What the writer can do about it."),
  })
  .meta({ id: "PlanProblem", description: "Something in the document that its writer should look at." });
