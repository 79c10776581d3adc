// @ts-check
/**
 * `npm start`: installs what is missing, builds, and runs the example plan with its local agents.
 *
 * The example works in a copy of its folder, so that it can be started again and again. It exits 0 when the run ended as
 * `examples/service-launch/expected-end.json` declares.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
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
const result = join(root, example, ".holdpoint", "result.json");
rmSync(result, { force: true });
const holdpoint = join(root, "packages/cli/bin/holdpoint.mjs");
const argv = [holdpoint, "run", `${example}/PLAN.md`, "--trust", "--scratch", "--wait", "45s", "--result", result];
const ended = spawnSync(process.execPath, argv, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });

const expected = JSON.parse(readFileSync(join(root, example, "expected-end.json"), "utf8"));
const differences = existsSync(result)
  ? compare(expected, JSON.parse(readFileSync(result, "utf8")), ended.status)
  : ["the run gave no result"];
if (differences.length === 0) {
  process.stdout.write(
    `\nThe example ended as it declares: its run ends with code ${ended.status}, held for a person to sign.\n`,
  );
  process.exit(0);
}
process.stderr.write(`\nThe example did not end as ${example}/expected-end.json declares:\n`);
for (const line of differences) process.stderr.write(`  ${line}\n`);
process.exit(1);

/**
 * @typedef {{ exit: number, accepted: string[], refusedBeforeAccepted: string[], held: string[],
 *   gates: Record<string, { verdict: string, reason: string }> }} Expected
 * @typedef {{ task: string, title: string, outcome: string }} Attempt
 * @typedef {{ gates: { metric: string | null, key: string, verdict: string, reason: string }[],
 *   work: { attempts: Attempt[] } }} Outcome
 *
 * @param {Expected} wanted
 * @param {Outcome} outcome
 * @param {number | null} exitCode
 * @returns {string[]} what differs, one sentence each
 */
function compare(wanted, outcome, exitCode) {
  const lines = [];
  if (exitCode !== wanted.exit) lines.push(`exit code ${exitCode} instead of ${wanted.exit}`);
  for (const [name, asked] of Object.entries(wanted.gates)) {
    const gate = outcome.gates.find((candidate) => candidate.metric === name || candidate.key === name);
    const found = gate === undefined ? "not there" : `${gate.verdict} (${gate.reason})`;
    if (found !== `${asked.verdict} (${asked.reason})`)
      lines.push(`gate ${name}: ${found} instead of ${asked.verdict} (${asked.reason})`);
  }
  const attempts = outcome.work.attempts;
  const some = (/** @type {string} */ title, /** @type {string} */ how) =>
    attempts.some((attempt) => `${attempt.task} ${attempt.title}`.includes(title) && attempt.outcome === how);
  for (const title of wanted.accepted) if (!some(title, "accepted")) lines.push(`${title} was not accepted`);
  for (const title of wanted.refusedBeforeAccepted)
    if (!some(title, "refused")) lines.push(`${title} was never refused`);
  for (const title of wanted.held) if (!some(title, "held")) lines.push(`${title} is not held`);
  return lines;
}
