export { readReportFiles, snapshotArtifacts } from "./artifact/read-report-files.ts";
export { resolveArtifact } from "./artifact/resolve-artifact.ts";
export { evidenceProblems } from "./evidence.problems.ts";
export { readReport } from "./read-report.ts";
export type { ReportReading } from "./reading.ts";
export { parseFormat } from "./report-format.ts";
export { buildStatement, statementSubjects } from "./statement/build-statement.ts";
export { readStatement } from "./statement/read-statement.ts";
