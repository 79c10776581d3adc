export { digestBytes, digestStream, hashingSource, type SizedDigest } from "./artifact/digest.ts";
export { expandPlaces } from "./artifact/expand-places.ts";
export {
  type ArtifactSnapshot,
  type ReadReportFilesOptions,
  type ReportFilesReading,
  readReportFiles,
  snapshotArtifacts,
} from "./artifact/read-report-files.ts";
export { openArtifact, type ResolvedArtifact, resolveArtifact } from "./artifact/resolve-artifact.ts";
export { evidenceProblems } from "./evidence.problems.ts";
export { METRICS, type MetricDefinition, type MetricKey } from "./metric-catalogue.ts";
export { metricsPage } from "./metrics-page.ts";
export {
  createReader,
  type ReadReportOptions,
  type ReportSource,
  readReport,
  readReports,
  withAnomaly,
} from "./read-report.ts";
export {
  type ByteSource,
  type CasesSummary,
  DEFAULT_LIMITS,
  READER_VERSION,
  REPORT_FORMATS,
  type ReadingNote,
  type ReadLimits,
  type ReportFormat,
  type ReportReader,
  type ReportReading,
} from "./reading.ts";
export { parseFormat, readingProblems } from "./report-format.ts";
export { SNIFF_BYTES, sniffFormat } from "./sniff-format.ts";
export {
  type AddressedStatement,
  buildStatement,
  type StatementInput,
  type StatementSubject,
  statementSubjects,
} from "./statement/build-statement.ts";
export { readStatement } from "./statement/read-statement.ts";
