// @ts-check
/**
 * `npm start`: installs what is missing, builds, and runs the example plan with its local agents.
 *
 * The example works in a copy of its folder, so that it can be started again and again. It exits 0 when the run ended
 * as `examples/service-launch/expected.json` declares.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./install.mjs";

const KNOWN = new Set(["--exit-when-done"]);
const unknown = process.argv.slice(2).filter((arg) => !KNOWN.has(arg));
if (unknown.length > 0) {
  process.stderr.write(`npm start knows --exit-when-done; it does not know ${unknown.join(" ")}.\n`);
  process.exit(64);
}

await build();

const example = "examples/service-launch";
const expected = JSON.parse(readFileSync(join(root, example, "expected.json"), "utf8"));
const result = join(root, ".holdpoint", "example.json");
const holdpoint = join(root, "packages/cli/bin/holdpoint.mjs");
const ended = spawnSync(
  process.execPath,
  [holdpoint, "run", `${example}/PLAN.md`, "--trust", "--scratch", "--wait", "30s", "--result", result],
  { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
);

const actual = existsSync(result) ? JSON.parse(readFileSync(result, "utf8")) : null;
const differences = actual === null ? ["the run gave no result"] : compare(expected, actual, ended.status);
if (differences.length === 0) {
  process.stdout.write(
    `\nThe example ended as it declares (exit code ${ended.status} of the run: it is held for a witness).\n`,
  );
  process.exit(0);
}
process.stderr.write(`\nThe example did not end as ${example}/expected.json declares:\n`);
for (const line of differences) process.stderr.write(`  ${line}\n`);
process.exit(1);

/**
 * @param {{ exitCode: number, gates: Record<string, { verdict: string, reason: string }> }} expectation
 * @param {{ gates: { key: string, metric: string | null, verdict: string, reason: string }[] }} outcome
 * @param {number | null} exitCode
 */
function compare(expectation, outcome, exitCode) {
  const lines = [];
  if (exitCode !== expectation.exitCode) lines.push(`exit code ${exitCode} instead of ${expectation.exitCode}`);
  for (const [name, wanted] of Object.entries(expectation.gates)) {
    const gate = outcome.gates.find((candidate) => candidate.key === name || candidate.metric === name);
    const found = gate === undefined ? "not there" : `${gate.verdict} (${gate.reason})`;
    const asked = `${wanted.verdict} (${wanted.reason})`;
    if (found !== asked) lines.push(`gate ${name}: ${found} instead of ${asked}`);
  }
  return lines;
}
