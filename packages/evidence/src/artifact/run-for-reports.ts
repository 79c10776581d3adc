import type { ReadReportFilesOptions, ReportFilesReading } from "./read-report-files.ts";
import { readReportFiles } from "./read-report-files.ts";
import { setAside } from "./set-aside.ts";

/**
 * Runs a check and reads the report files that it wrote, and only those.
 *
 * Files that were there before are moved away first and come back when the check wrote nothing in their place. What is
 * found after the run under a link or a second name is `not_written_by_run`: it may be an old report by another name.
 *
 * @param root the plan's folder
 * @param patterns paths and patterns below it
 * @param run runs the check; what it throws is thrown on, with the old files back in place
 * @throws HoldpointError HP3001 when an old report cannot be moved away
 */
export async function runForReports<T>(
  root: string,
  patterns: readonly string[],
  run: () => Promise<T>,
  options: Omit<ReadReportFilesOptions, "before" | "fresh"> = {},
): Promise<{ readonly result: T; readonly files: ReportFilesReading }> {
  const old = await setAside(root, patterns);
  try {
    const result = await run();
    return { result, files: await readReportFiles(root, patterns, { ...options, fresh: true }) };
  } finally {
    await old.restore();
  }
}
