/** Check `secrets`: looks for credentials in the source and prints a SARIF 2.1.0 report. Exit 1 when it found any. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const RULES = [
  {
    id: "credential-literal",
    text: "A credential is typed into the source.",
    pattern: /\b\w*(?:token|secret|password|passwd|api_?key)\w*\s*[:=]\s*(["'`])(?!\1)[^"'`\n]{8,}\1/gi,
  },
  { id: "private-key", text: "A private key stands in the file.", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/g },
  {
    id: "address-with-password",
    text: "An address carries a password.",
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'`]{1,80}:[^\s/@"'`]{1,80}@/gi,
  },
  {
    id: "bearer-literal",
    text: "A bearer token is typed into the source.",
    pattern: /\bBearer [A-Za-z0-9._~+/-]{16,}/g,
  },
];

const started = new Date();
const files = filesBelow("service");
const results = files.flatMap((file) => findingsIn(file, readFileSync(file, "utf8")));
const report = {
  $schema: "https://json.schemastore.org/sarif-2.1.0.json",
  version: "2.1.0",
  runs: [
    {
      tool: {
        driver: {
          name: "service-launch-secrets",
          version: "1.0.0",
          rules: RULES.map(({ id, text }) => ({
            id,
            shortDescription: { text },
            defaultConfiguration: { level: "error" },
          })),
        },
      },
      invocations: [
        {
          executionSuccessful: true,
          startTimeUtc: started.toISOString(),
          endTimeUtc: new Date().toISOString(),
        },
      ],
      artifacts: files.map((file) => ({ location: { uri: file }, roles: ["analysisTarget"] })),
      results,
    },
  ],
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
if (results.length > 0) process.exitCode = 1;

/** Every file below a folder, in a fixed order. */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
    });
}

/** The message never repeats the credential: a report travels further than the source. */
function findingsIn(file, source) {
  return RULES.flatMap((rule, ruleIndex) =>
    [...source.matchAll(rule.pattern)].map((match) => ({
      ruleId: rule.id,
      ruleIndex,
      level: "error",
      message: { text: rule.text },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: file, index: files.indexOf(file) },
            region: { startLine: source.slice(0, match.index).split("\n").length },
          },
        },
      ],
    })),
  );
}
