import { normaliseMetric } from "../criteria/metric-name.ts";
import { canonicalUnit } from "../criteria/units.ts";
import type { EvidenceAnomaly, EvidenceMetric } from "./record.ts";

/** What the metric lines of an output say. */
export interface MetricLinesReading {
  /** In the order of their first appearance; one per key. */
  readonly metrics: readonly EvidenceMetric[];
  /** `conflicting_metric` when one key came with two values, `truncated` when there were too many lines to keep. */
  readonly anomalies: readonly EvidenceAnomaly[];
}

/** Takes lines one by one and keeps only the metrics in them. */
export interface MetricLineReader {
  /** One line without its line end. */
  push(line: string): void;
  finish(): MetricLinesReading;
}

/** The most different metrics kept of one output. */
export const MOST_METRICS = 10_000;

const LONGEST_LINE = 512;
const NAME = String.raw`([\p{L}_][\p{L}\p{M}\p{N}_./:%()-]{0,199}(?: [\p{L}\p{M}\p{N}_./:%()-]{1,199}){0,11})`;
const NUMBER = String.raw`([+-]?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?|[+-]?(?:NaN|nan|NAN|[Ii]nfinity|inf|Inf|INF))`;
const NUMBER_LINE = new RegExp(`^${NAME}=${NUMBER}(?: ?([\\p{L}µμ%/][\\p{L}%/]{0,15}))?$`, "u");
const FRACTION_LINE = new RegExp(`^${NAME}=(\\d{1,15})/(\\d{1,15})$`, "u");
const STATE_LINE = new RegExp(`^${NAME}=([A-Za-z][A-Za-z_-]{0,63})$`, "u");

/**
 * Reads one line `metric=value[unit]`, `metric=passed/total` or `metric=state`; null when the line is not wholly that.
 *
 * A value that is no number keeps its name as text (`NaN`, `Infinity`), so that the judge can say so. `passed/total`
 * gives the passed ones as the value and the total as `n`. A unit that the table does not know stays as written.
 */
export function parseMetricLine(line: string): EvidenceMetric | null {
  if (line.length > LONGEST_LINE) return null;
  const text = line.trimEnd();
  const number = NUMBER_LINE.exec(text);
  if (number !== null) return numberMetric(number[1] ?? "", number[2] ?? "", number[3] ?? null);
  const fraction = FRACTION_LINE.exec(text);
  if (fraction !== null) return metric(fraction[1] ?? "", Number(fraction[2]), null, Number(fraction[3]));
  const state = STATE_LINE.exec(text);
  if (state === null) return null;
  const word = (state[2] ?? "").toLowerCase();
  return metric(state[1] ?? "", word === "true" ? true : word === "false" ? false : word, null, null);
}

function numberMetric(name: string, written: string, unit: string | null): EvidenceMetric | null {
  const canonical = unit === null ? null : (canonicalUnit(unit) ?? unit);
  if (/nan/i.test(written)) return metric(name, "NaN", canonical, null);
  if (/inf/i.test(written)) return metric(name, written.startsWith("-") ? "-Infinity" : "Infinity", canonical, null);
  const value = Number(written);
  if (!Number.isFinite(value)) return metric(name, value < 0 ? "-Infinity" : "Infinity", canonical, null);
  return metric(name, value, canonical, null);
}

function metric(
  name: string,
  value: number | string | boolean,
  unit: string | null,
  n: number | null,
): EvidenceMetric | null {
  const key = normaliseMetric(name);
  return key === "" ? null : { key, value, unit, n };
}

/** Makes a reader that keeps one entry per metric, whatever the length of the output. */
export function createMetricLineReader(): MetricLineReader {
  const metrics = new Map<string, EvidenceMetric>();
  const anomalies = new Set<EvidenceAnomaly>();
  return {
    push(line: string): void {
      const read = parseMetricLine(line);
      if (read === null) return;
      const known = metrics.get(read.key);
      if (known !== undefined) {
        if (known.value !== read.value || known.unit !== read.unit || known.n !== read.n) {
          anomalies.add("conflicting_metric");
        }
        return;
      }
      if (metrics.size >= MOST_METRICS) anomalies.add("truncated");
      else metrics.set(read.key, read);
    },
    finish: (): MetricLinesReading => ({ metrics: [...metrics.values()], anomalies: [...anomalies].sort() }),
  };
}

/** Reads the metric lines out of a whole text; everything else in it is left alone. */
export function parseMetricLines(text: string): MetricLinesReading {
  const reader = createMetricLineReader();
  let from = 0;
  while (from <= text.length) {
    const end = text.indexOf("\n", from);
    const to = end === -1 ? text.length : end;
    // Lines longer than any metric line are stepped over without a copy.
    if (to - from <= LONGEST_LINE) reader.push(text.slice(from, to));
    from = to + 1;
  }
  return reader.finish();
}
