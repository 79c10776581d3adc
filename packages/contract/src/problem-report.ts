import { z } from "zod";

/** A problem that ended a command, as `--json` prints it: `holdpoint/problem/v1`. */
export interface ProblemReport {
  readonly schema: "holdpoint/problem/v1";
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly file: string | null;
  /** 1-based. */
  readonly line: number | null;
  readonly field: string | null;
  readonly remedy: string;
  /** Exit code of the command it ended. */
  readonly exit: number;
  /** Path of the page about it, in the repository. */
  readonly docs: string;
}

/** Shape of {@link ProblemReport}. Further keys may be added; readers should ignore those they do not know. */
export const problemSchema: z.ZodType<ProblemReport> = z.looseObject({
  schema: z.literal("holdpoint/problem/v1").describe("Names this shape."),
  code: z
    .string()
    .regex(/^HP\d{4}$/)
    .describe("Stable code; `docs/problems/CODE.md` explains it."),
  title: z.string().describe("A short name without the particulars."),
  message: z.string().describe("What happened, with the particulars."),
  file: z.string().nullable().describe("The file it is about, or null."),
  line: z.int().min(1).nullable().describe("1-based line, or null."),
  field: z.string().nullable().describe("The field or option, or null."),
  remedy: z.string().describe("What to do about it."),
  exit: z.int().min(0).max(255).describe("The exit code of the command."),
  docs: z.string().describe("Path of the page in the repository."),
});
