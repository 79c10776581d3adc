import type { ReportFormat } from "@holdpoint/contract";
import { REPORT_FORMATS } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { evidenceProblems } from "./evidence.problems.ts";

/** The format that a sidecar's `reader` names. @throws HoldpointError HP3005 when there is none of that name */
export function parseFormat(name: string): ReportFormat {
  const format = REPORT_FORMATS.find((known) => known === name);
  if (format !== undefined) return format;
  throw problem(evidenceProblems, "HP3005", { format: name, known: REPORT_FORMATS.join(", ") }, { field: "reader" });
}
