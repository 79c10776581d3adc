import { createMetricLineReader } from "@holdpoint/core";

import { sortMetrics } from "../metric-catalogue.ts";
import { Oddities } from "../oddities.ts";
import type { ByteSource, ReadLimits, ReportReader, ReportReading } from "../reading.ts";
import { DEFAULT_LIMITS, READER_VERSION } from "../reading.ts";
import { forEachLine } from "../text/for-each-line.ts";

const MESSAGES: Readonly<Record<string, string>> = {
  conflicting_metric: "one metric came with two different values",
  truncated: "there are more metrics than are kept",
};

/**
 * Takes `metric=value[unit]` and `metric=state` lines out of any text; all other lines are left alone.
 *
 * Text without a metric line is no anomaly here: it is simply no evidence.
 */
export function createMetricLinesReader(limits: ReadLimits = DEFAULT_LIMITS): ReportReader {
  const oddities = new Oddities();
  const lines = createMetricLineReader();
  return {
    read: (source: ByteSource, place: string): Promise<void> =>
      oddities.guard(place, async () => {
        await forEachLine(source, limits, (text, _line, overlong) => overlong || lines.push(text), { tolerant: true });
        for (const anomaly of lines.finish().anomalies) oddities.add(anomaly, MESSAGES[anomaly] ?? anomaly);
      }),
    finish: (): ReportReading => ({
      format: "metric-lines",
      reader: { name: "metric-lines", version: READER_VERSION },
      metrics: sortMetrics(lines.finish().metrics),
      inventoryDigest: null,
      anomalies: oddities.anomalies,
      cases: null,
      notes: oddities.notes,
    }),
  };
}
