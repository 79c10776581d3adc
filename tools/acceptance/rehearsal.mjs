// @ts-check
/** Metric lines from a short rehearsal: the processes that people deploy, from an empty folder to a restored backup. */
import { spawnSync } from "node:child_process";
import { bin, root } from "../install.mjs";

const lasting = process.env["HOLDPOINT_LOAD_SECONDS"] ?? "20";
const args = ["test/rehearsal/rehearse.ts", "--seconds", lasting];
const ended = spawnSync(bin("tsx"), args, { cwd: root, encoding: "utf8", maxBuffer: 16 * 1024 * 1024 });
process.stderr.write(ended.stderr);
if (ended.status !== 0) process.exit(1);
const said = JSON.parse(ended.stdout.trim().split("\n").at(-1) ?? "");
for (const [name = "", unit = ""] of [
  ["next_start_s", "s"],
  ["agent_start_s", "s"],
  ["agents_healthy", "%"],
  ["agents_served", ""],
  ["plan_tasks_accepted", ""],
  ["error_recovery", "%"],
  ["dead_letters_redriven", ""],
  ["restores_verified", ""],
  ["moves_verified", ""],
  ["server_faults", ""],
  ["load_users", ""],
  ["load_rate", "/s"],
  ["load_failed", ""],
  ["load_p95_ms", "ms"],
  ["load_p99_ms", "ms"],
]) {
  const metric = name.replace(/_m?s$/, "");
  process.stdout.write(`${metric}=${said[name]}${unit}\n`);
}
