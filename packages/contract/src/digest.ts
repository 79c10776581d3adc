import { z } from "zod";

/** `sha256:` and 64 hex digits in lower case. */
export const digestSchema: z.ZodType<string> = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hex digits in lower case");
