/**
 * A SARIF 2.1.0 report that proves that the scan ran: it succeeded, with these rules, on these files.
 *
 * @typedef {{ id: string, text: string, level: "error" | "warning" | "note", severity: number }} Rule
 * @typedef {{ rule: string, file: string, line: number, text: string, fingerprint?: string, accepted?: string }} Finding
 *   `accepted` is the reason for which it was allowed
 *
 * @param {{ tool: string, rules: readonly Rule[], files: readonly string[], findings: readonly Finding[], started: Date }} scan
 * @returns {string}
 */
export function sarif({ tool, rules, files, findings, started }) {
  const run = {
    tool: {
      driver: {
        name: tool,
        version: "1.0.0",
        rules: rules.map(({ id, text, level, severity }) => ({
          id,
          shortDescription: { text },
          defaultConfiguration: { level },
          properties: { "security-severity": severity.toFixed(1) },
        })),
      },
    },
    invocations: [
      { executionSuccessful: true, startTimeUtc: started.toISOString(), endTimeUtc: new Date().toISOString() },
    ],
    artifacts: files.map((uri) => ({ location: { uri: encodeURI(uri) }, roles: ["analysisTarget"] })),
    results: findings.map(({ rule, file, line, text, fingerprint, accepted }) => {
      const ruleIndex = rules.findIndex(({ id }) => id === rule);
      return {
        ruleId: rule,
        ruleIndex,
        level: rules[ruleIndex].level,
        message: { text },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: encodeURI(file), index: files.indexOf(file) },
              region: { startLine: line },
            },
          },
        ],
        ...(fingerprint ? { partialFingerprints: { "finding/v1": fingerprint } } : {}),
        ...(accepted ? { suppressions: [{ kind: "external", status: "accepted", justification: accepted }] } : {}),
      };
    }),
  };
  const report = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${JSON.stringify(report, null, 2)}\n`;
}
