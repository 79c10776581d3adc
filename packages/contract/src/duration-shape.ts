import { z } from "zod";
import { DURATION_PATTERN, parseDurationMs } from "./duration.ts";

/** A duration in a file that people write, as {@link DURATION_PATTERN} has it. */
export const durationSchema: z.ZodType<string> = z
  .string()
  .regex(DURATION_PATTERN, { error: "must be a duration such as 500ms, 60s, 10min, 24h or 7d", abort: true })
  .refine((text) => parseDurationMs(text) !== null, {
    error: "must be longer than nothing and at most ten years",
  });
