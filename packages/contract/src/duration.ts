import { z } from "zod";

/** What one of each unit is worth, in milliseconds. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const DURATION = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|min|h|d|w)$/;

/** Ten years: whatever is meant by more, it is not a duration that anything here waits for. */
const GREATEST_MS = 3650 * 86_400_000;

/**
 * A duration as people write it: a number and one of `ms s min h d w`, such as `60s`, `1.5h` or `7d`.
 *
 * A bare number is refused, because nobody can tell seconds from milliseconds by looking at it.
 */
export const durationSchema: z.ZodType<string> = z
  .string()
  .regex(DURATION, { error: "must be a duration such as 500ms, 60s, 10min, 24h or 7d", abort: true })
  .refine((text) => parseDurationMs(text) !== null, {
    error: "must be longer than nothing and at most ten years",
  });

/**
 * Reads a duration.
 *
 * @returns whole milliseconds, at least 1; null when the text is no duration, is zero or exceeds ten years
 */
export function parseDurationMs(text: string): number | null {
  const match = DURATION.exec(text);
  const unitMs = UNIT_MS[match?.[2] ?? ""];
  if (match === null || unitMs === undefined) return null;
  const ms = Math.round(Number(match[1]) * unitMs);
  return ms >= 1 && ms <= GREATEST_MS ? ms : null;
}

/** Writes milliseconds in the largest unit that takes a whole number: 86,400,000 is `1d`. */
export function printDurationMs(ms: number): string {
  for (const unit of ["w", "d", "h", "min", "s"]) {
    const unitMs = UNIT_MS[unit] ?? 1;
    if (ms >= unitMs && ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  }
  return `${ms}ms`;
}
