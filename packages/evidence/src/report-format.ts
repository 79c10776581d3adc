import { type HoldpointError, problem } from "@holdpoint/core";

import { evidenceProblems } from "./evidence.problems.ts";
import type { ReportFormat, ReportReading } from "./reading.ts";
import { REPORT_FORMATS } from "./reading.ts";

/** The format that a sidecar's `reader` names. @throws HoldpointError HP3005 when there is none of that name */
export function parseFormat(name: string): ReportFormat {
  const format = REPORT_FORMATS.find((known) => known === name);
  if (format !== undefined) return format;
  throw problem(evidenceProblems, "HP3005", { format: name, known: REPORT_FORMATS.join(", ") }, { field: "reader" });
}

/** The notes of a reading as problems (HP3006), for showing; they are part of the evidence and nothing is thrown. */
export function readingProblems(reading: ReportReading): readonly HoldpointError[] {
  return reading.notes.map(({ anomaly, message, place, line }) =>
    problem(
      evidenceProblems,
      "HP3006",
      { place, anomaly, cause: message },
      { file: place, ...(line === null ? {} : { line }) },
    ),
  );
}
