// @ts-check
/**
 * How long the command line takes beside Node itself: `holdpoint --help` and `inspect` of a typical plan against
 * `node -e 0`, in turn, medians of the ratios. `npm run bench:cli -- --json --rounds 15`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../tools/build.mjs";
import { root } from "../tools/install.mjs";

const args = process.argv.slice(2);
const rounds = Number(args[args.indexOf("--rounds") + 1] || 0) || 15;
if (!args.includes("--no-build")) await build();

const folder = mkdtempSync(join(tmpdir(), "holdpoint-bench-"));
const plan = join(folder, "PLAN.md");
writeFileSync(plan, typicalPlan());
const holdpoint = join(root, "packages/cli/bin/holdpoint.mjs");

/** @type {[string, string[]][]} */
const commands = [
  ["node", ["-e", "0"]],
  ["help", [holdpoint, "--help"]],
  ["inspect", [holdpoint, "inspect", plan, "--json"]],
];

/** @type {Record<string, number[]>} */
const times = { node: [], help: [], inspect: [] };
for (let round = -1; round < rounds; round++) {
  for (const [name, argv] of commands) {
    const started = performance.now();
    const ended = spawnSync(process.execPath, argv, { stdio: "ignore", cwd: folder });
    const took = performance.now() - started;
    if (ended.status !== 0) throw new Error(`${name} ended with ${ended.status}`);
    if (round >= 0) times[name]?.push(took);
  }
}
rmSync(folder, { recursive: true, force: true });

const ratio = (/** @type {string} */ name) =>
  median((times[name] ?? []).map((time, i) => time / (times["node"]?.[i] ?? 1)));
const ratios = { cli_help_vs_node: round2(ratio("help")), cli_inspect_vs_node: round2(ratio("inspect")) };
if (!args.includes("--json")) {
  for (const name of Object.keys(times))
    process.stdout.write(`${name.padEnd(8)} ${median(times[name] ?? []).toFixed(1)} ms (median of ${rounds})\n`);
  process.stdout.write(`help / node -e 0: ${ratios.cli_help_vs_node} (asked: at most 1.6)\n`);
  process.stdout.write(`inspect / node -e 0: ${ratios.cli_inspect_vs_node} (asked: at most 4)\n`);
}
process.stdout.write(`${JSON.stringify({ ratios })}\n`);

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** @param {number} value */
function round2(value) {
  return Math.round(value * 100) / 100;
}

/** Four phases of ten tasks with gates: what a team of ten writes. */
function typicalPlan() {
  const lines = ["# Delivery plan", ""];
  for (let phase = 1; phase <= 4; phase++) {
    lines.push(`## Phase ${phase}: Stage ${phase} (Weeks ${phase * 2 - 1}-${phase * 2})`, "");
    for (let task = 1; task <= 10; task++) {
      lines.push(
        `- [${task % 3 === 0 ? "x" : " "}] ${phase}.${task} Build part ${task} of stage ${phase} (depends on ${phase}.${Math.max(1, task - 1)})`,
      );
    }
    lines.push("", "**Quality Gates**:", "", "- [ ] Unit coverage: >=85%", "- [ ] Response time p95: <500ms", "");
  }
  return lines.join("\n");
}
