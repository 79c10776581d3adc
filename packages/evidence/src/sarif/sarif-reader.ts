import type { EvidenceMetric } from "@holdpoint/core";

import { readJson } from "../json/read-json.ts";
import { metric, sortMetrics } from "../metric-catalogue.ts";
import { Oddities } from "../oddities.ts";
import type { ByteSource, ReadLimits, ReportReader, ReportReading } from "../reading.ts";
import { DEFAULT_LIMITS, READER_VERSION } from "../reading.ts";
import type { SarifTotals } from "./sarif-handler.ts";
import { noTotals, SarifHandler } from "./sarif-handler.ts";

/**
 * Reads SARIF 2.1.0 logs (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), of any number of runs.
 *
 * No finding means something only when the scanner proves that it ran: each run has an invocation, all of them
 * successful, at least one rule and one file, and a list of results, if an empty one.
 */
export function createSarifReader(limits: ReadLimits = DEFAULT_LIMITS): ReportReader {
  const oddities = new Oddities();
  const totals = noTotals();
  return {
    read: (source: ByteSource, place: string): Promise<void> =>
      oddities.guard(place, async () => {
        const handler = new SarifHandler(totals, oddities, limits);
        try {
          await readJson(source, limits, handler);
        } finally {
          handler.flush();
        }
        handler.end();
      }),
    finish: (): ReportReading => {
      if (totals.runs === 0 || (totals.rules === 0 && totals.files === 0)) {
        oddities.add("empty_report", totals.runs === 0 ? "no run" : "no rule and no file");
      }
      return {
        format: "sarif",
        reader: { name: "sarif", version: READER_VERSION },
        metrics: sortMetrics(findingMetrics(totals, oddities)),
        inventoryDigest: null,
        anomalies: oddities.anomalies,
        cases: null,
        notes: oddities.notes,
      };
    },
  };
}

function findingMetrics(totals: SarifTotals, oddities: Oddities): EvidenceMetric[] {
  const { counts } = totals;
  const metrics = [
    metric("findings", counts.findings),
    metric("findings_error", counts.levels.error),
    metric("findings_warning", counts.levels.warning),
    metric("findings_note", counts.levels.note),
    metric("findings_suppressed", totals.suppressed),
  ];
  // What the log does not list it does not count: other output of the same run may state it.
  if (totals.runs > 0 && totals.withRules === totals.runs) metrics.push(metric("rules", totals.rules));
  if (totals.runs > 0 && totals.withFiles === totals.runs) metrics.push(metric("files_scanned", totals.files));
  if (oddities.broken) return metrics;
  if (counts.withoutBaseline === 0) {
    metrics.push(metric("new_findings", counts.newFindings), metric("new_findings_error", counts.newErrors));
  }
  // One finding of unknown severity may be a critical one.
  if (counts.withoutSeverity === 0) {
    metrics.push(
      metric("findings_critical", counts.severities.critical),
      metric("findings_high", counts.severities.high),
      metric("findings_medium", counts.severities.medium),
      metric("findings_low", counts.severities.low),
    );
  }
  return metrics;
}
