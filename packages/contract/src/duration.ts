import { convertUnit } from "@holdpoint/core";

/**
 * A duration as people write it: a number and one of `ms s min h d w`, such as `60s`, `1.5h` or `7d`.
 *
 * A bare number does not match, because nobody can tell seconds from milliseconds by looking at it.
 */
export const DURATION_PATTERN: RegExp = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|min|h|d|w)$/;

/** Ten years: whatever is meant by more, it is not a duration that anything here waits for. */
const GREATEST_MS = 3650 * 86_400_000;

/**
 * Reads a duration.
 *
 * @returns whole milliseconds, at least 1; null when the text is no duration, is zero or exceeds ten years
 */
export function parseDurationMs(text: string): number | null {
  const match = DURATION_PATTERN.exec(text);
  const exact = match === null ? null : convertUnit(Number(match[1]), match[2] ?? null, "ms");
  if (exact === null) return null;
  const ms = Math.round(exact);
  return ms >= 1 && ms <= GREATEST_MS ? ms : null;
}
