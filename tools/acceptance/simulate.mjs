// @ts-check
/** Metric lines from a simulation: worlds by seed, each held against the rules, and the planted bugs that were found. */
import { spawnSync } from "node:child_process";
import { bin, root } from "../install.mjs";

const runs = process.env["HOLDPOINT_SIMULATED_RUNS"] ?? "20000";
const args = ["test/simulate/simulate.ts", "--runs", runs, "--seed", "20260101", "--planted", "200", "--json"];
const ended = spawnSync(bin("tsx"), args, { cwd: root, encoding: "utf8", maxBuffer: 16 * 1024 * 1024 });
process.stderr.write(ended.stderr);
// A world that fails is a measurement, too; without one there is none.
const last = ended.stdout.trim().split("\n").at(-1) ?? "";
if (last === "") process.exit(1);
const { runs: done, violations, plantedCaught } = JSON.parse(last);
process.stdout.write(`simulated_runs=${done}\nworlds_failed=${violations}\nplanted_bugs_found=${plantedCaught}\n`);
