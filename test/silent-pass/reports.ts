/** A JUnit report with so many passing cases, and a header that says what it is told to. */
export function junit(passing: number, options: { readonly header?: number; readonly extra?: string } = {}): string {
  const cases = Array.from(
    { length: passing },
    (_, i) => `  <testcase classname="suite" name="case ${i}" time="0.01"/>`,
  );
  const header = options.header === undefined ? "" : ` tests="${options.header}" failures="0" errors="0" skipped="0"`;
  return `<?xml version="1.0"?>\n<testsuite name="suite"${header}>\n${cases.join("\n")}\n${options.extra ?? ""}\n</testsuite>\n`;
}

/** An LCOV report of one file with so many lines, of which so many ran. */
export function lcov(lines: number, ran: number): string {
  const rows = Array.from({ length: lines }, (_, i) => `DA:${i + 1},${i < ran ? 1 : 0}`);
  return `TN:\nSF:src/a.ts\n${rows.join("\n")}\nLF:${lines}\nLH:${ran}\nend_of_record\n`;
}

/** A SARIF report of one scanner run. */
export function sarif(options: {
  readonly rules?: number;
  readonly files?: number;
  readonly succeeded?: boolean;
  readonly results?: readonly unknown[];
}): string {
  const { rules = 3, files = 5, succeeded = true, results = [] } = options;
  return JSON.stringify({
    version: "2.1.0",
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    runs: [
      {
        tool: { driver: { name: "scanner", rules: Array.from({ length: rules }, (_, i) => ({ id: `R${i}` })) } },
        invocations: [{ executionSuccessful: succeeded }],
        artifacts: Array.from({ length: files }, (_, i) => ({ location: { uri: `src/${i}.ts` } })),
        results,
      },
    ],
  });
}

/** A SARIF result at a place, with more fields. */
export function result(fields: Record<string, unknown> = {}): unknown {
  const location = { physicalLocation: { artifactLocation: { uri: "src/0.ts" }, region: { startLine: 1 } } };
  return { ruleId: "R0", level: "error", message: { text: "found" }, locations: [location], ...fields };
}

/** A CTRF report whose summary says what it is told to. */
export function ctrf(passing: number, summary: number = passing): string {
  return JSON.stringify({
    reportFormat: "CTRF",
    specVersion: "0.0.0",
    results: {
      tool: { name: "runner" },
      summary: { tests: summary, passed: summary, failed: 0, pending: 0, skipped: 0, other: 0, start: 1, stop: 2 },
      tests: Array.from({ length: passing }, (_, i) => ({ name: `case ${i}`, status: "passed", duration: 1 })),
    },
  });
}

/** A Cobertura report of one file with a header of its own. */
export function cobertura(lines: number, ran: number, rate: number = ran / lines): string {
  const rows = Array.from({ length: lines }, (_, i) => `<line number="${i + 1}" hits="${i < ran ? 1 : 0}"/>`);
  return `<?xml version="1.0"?>
<coverage line-rate="${rate}" branch-rate="0" lines-covered="${Math.round(rate * lines)}" lines-valid="${lines}" version="1" timestamp="1">
<packages><package name="p" line-rate="${rate}"><classes><class name="a" filename="src/a.py" line-rate="${rate}">
<methods/><lines>${rows.join("")}</lines></class></classes></package></packages></coverage>
`;
}
