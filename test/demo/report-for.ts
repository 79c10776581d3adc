import { type Criterion, parseCriterion } from "@holdpoint/core";

/** A gate as `work_next` tells of it. */
export interface GateLine {
  readonly metric: string | null;
  readonly asks: string;
}

/**
 * What a scripted agent reports as measured, so that gates pass: metric lines for those that ask for one number or state. Null
 * when there is none: a person, time, or a list of test cases is nothing that it can report.
 */
export function reportFor(gates: readonly GateLine[]): string | null {
  // A line that is there twice is a conflict.
  const lines = [...new Set(gates.flatMap(({ metric, asks }) => lineFor(metric, asks) ?? []))];
  return lines.length === 0 ? null : `${lines.join("\n")}\n`;
}

function lineFor(metric: string | null, asks: string): string | null {
  if (metric === null) return null;
  const { criterion } = parseCriterion(asks, { metric });
  const value = criterion === null ? null : valueFor(criterion);
  return value === null ? null : `${metric}=${value}`;
}

/** A value that meets a criterion; null for one that is not about a single value. */
function valueFor(criterion: Criterion): string | null {
  if (criterion.kind === "state" && criterion.op === "=") return String(criterion.value);
  // Zero findings needs a scanner that proves it ran.
  if (criterion.kind !== "absolute" || criterion.counts === "findings") return null;
  const { op, value, unit } = criterion;
  // Of a share there is no more than the whole.
  const above = unit === "%" && value < 100 ? (value + 100) / 2 : value * 1.1;
  const met = { "<": value * 0.9, "<=": value, "=": value, "!=": value + 1, ">=": value, ">": above }[op];
  return `${met}${unit ?? ""}`;
}
