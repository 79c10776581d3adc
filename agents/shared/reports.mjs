/** Reading and writing of the few reports that agents look into before they hand them over. */

const ATTRIBUTES = String.raw`(?:[^>"']|"[^"]*"|'[^']*')*?`;
const CASE = new RegExp(String.raw`<testcase\b(${ATTRIBUTES})(?:/>|>([\s\S]*?)</testcase>)`, "g");

/**
 * The test cases of a JUnit report.
 *
 * @param {string} report
 * @returns {{ name: string, state: "passed" | "failed" | "skipped" }[]}
 */
export function junitCases(report) {
  const plain = report.replaceAll(/<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->/g, "");
  return [...plain.matchAll(CASE)].map(([, attributes, body = ""]) => ({
    name: /\bname="([^"]*)"/.exec(attributes)?.[1] ?? "",
    state: /<(?:failure|error)\b/.test(body) ? "failed" : /<skipped\b/.test(body) ? "skipped" : "passed",
  }));
}

/** The test points of a TAP report; those that sum up a subtest are not counted. @param {string} report */
export function tapCases(report) {
  const lines = report.split(/\r?\n/);
  return lines.flatMap((line, index) => {
    const [, indent, not, rest = ""] = /^( *)(not )?ok\b(.*)$/.exec(line) ?? [];
    if (indent === undefined) return [];
    const before = lines[index - 1] ?? "";
    if (new RegExp(`^ {${indent.length + 1},}(?:1\\.\\.\\d|(?:not )?ok\\b)`).test(before)) return [];
    const state = /# *(?:skip|todo)/i.test(rest) ? "skipped" : not ? "failed" : "passed";
    return [{ name: rest.replace(/^ *\d* *-? */, ""), state }];
  });
}

/**
 * A JUnit report of one suite.
 *
 * @param {string} suite
 * @param {readonly { name: string, group?: string, state: string, seconds?: number, output?: string }[]} cases
 */
export function junitOf(suite, cases) {
  const count = (state) => cases.filter((one) => one.state === state).length;
  const totals = `tests="${cases.length}" failures="${count("failed")}" errors="0" skipped="${count("skipped")}"`;
  const body = cases.map(({ name, group = suite, state, seconds = 0, output = "" }) => {
    const head = `    <testcase name="${escapeXml(name)}" classname="${escapeXml(group)}" time="${seconds.toFixed(3)}"`;
    if (state === "failed") return `${head}><failure message="failed">${escapeXml(output)}</failure></testcase>\n`;
    return state === "skipped" ? `${head}><skipped/></testcase>\n` : `${head}/>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${totals}>\n  <testsuite name="${escapeXml(suite)}" ${totals}>\n${body.join("")}  </testsuite>\n</testsuites>\n`;
}

function escapeXml(text) {
  const names = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  // Control characters cannot stand in XML at all.
  return [...text]
    .filter((character) => character >= " " || "\n\t".includes(character))
    .join("")
    .replaceAll(/[&<>"]/g, (character) => names[character]);
}

/**
 * The records of an LCOV report by source file.
 *
 * @param {string} report
 * @returns {Map<string, { text: string, covered: number, lines: number }>}
 */
export function lcovRecords(report) {
  const records = new Map();
  for (const text of report.split(/(?<=^end_of_record\r?\n)/m)) {
    const file = /^SF:(.*?)\r?$/m.exec(text)?.[1];
    if (!file || !/end_of_record\r?\n?$/.test(text)) continue;
    const counts = [...text.matchAll(/^DA:\d+,(\d+)/gm)].map((line) => Number(line[1]));
    const covered = counts.filter((count) => count > 0).length;
    records.set(file.replaceAll("\\", "/"), { text, covered, lines: counts.length });
  }
  return records;
}
