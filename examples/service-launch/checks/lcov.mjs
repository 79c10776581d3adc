/** The records of an LCOV report by source file, each with its closing line. */
function recordsOf(report) {
  const records = new Map();
  for (const record of report.split(/(?<=^end_of_record\n)/m)) {
    const file = /^SF:(.*)$/m.exec(record)?.[1];
    if (file && record.endsWith("end_of_record\n")) records.set(file.replaceAll("\\", "/"), record);
  }
  return records;
}

/**
 * Covered lines of each module, counted from the line data.
 *
 * @param {string} report
 * @returns {{ file: string, covered: number, lines: number }[]}
 */
export function coverageByModule(report) {
  return [...recordsOf(report)].map(([file, record]) => {
    const counts = [...record.matchAll(/^DA:\d+,(\d+)/gm)].map((line) => Number(line[1]));
    return { file, covered: counts.filter((count) => count > 0).length, lines: counts.length };
  });
}
