/**
 * The records of an LCOV report by source file.
 *
 * @param {string} report
 * @returns {Map<string, string>} file as written after `SF:`, and its record with the closing line
 */
export function recordsOf(report) {
  const records = new Map();
  for (const record of report.split(/(?<=^end_of_record\n)/m)) {
    const file = /^SF:(.*)$/m.exec(record)?.[1];
    if (file && record.endsWith("end_of_record\n")) records.set(file.replaceAll("\\", "/"), record);
  }
  return records;
}

/** The record of a file that nothing has loaded. */
export function uncoveredRecord(file, source) {
  const lines = source.split("\n").length - (source.endsWith("\n") ? 1 : 0);
  const data = Array.from({ length: lines }, (_, index) => `DA:${index + 1},0\n`).join("");
  return `TN:\nSF:${file}\n${data}LH:0\nLF:${lines}\nend_of_record\n`;
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
