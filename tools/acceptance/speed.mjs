// @ts-check
/** Metric lines from short runs of the benchmarks. */
import { spawnSync } from "node:child_process";
import { bin, root } from "../install.mjs";

const inspect = bench(bin("tsx"), ["bench/inspect.bench.ts", "--json", "--short"]);
const cli = bench(process.execPath, ["bench/cli.bench.mjs", "--json", "--rounds", "9", "--no-build"]);
const judge = bench(bin("tsx"), ["bench/judge.bench.ts", "--json"]);
const run = bench(bin("tsx"), ["bench/run.bench.ts"]);
// A short form of the fleet that the promise is made for, with as many agents on each runner.
const [fleet, agents, agentsOfRunner] = [10_000, 4_000, 100];
const sizes = ["--agents", `${agents}`, "--runners", `${agents / agentsOfRunner}`, "--rounds", "3"];
const heartbeat = bench(bin("tsx"), ["bench/heartbeat.bench.ts", ...sizes]);

print("inspect_vs_bare_parse", `${inspect.ratios.inspect_vs_bare_parse}x`);
print("inspect_growth_20k_to_200k", `${inspect.ratios.inspect_growth_20k_to_200k}x`);
print("help_vs_bare_node", `${cli.ratios.cli_help_vs_node}x`);
print("inspect_command_vs_bare_node", `${cli.ratios.cli_inspect_vs_node}x`);
print("criteria_judged_in_a_second", Math.floor(100_000 / judge.ratios.judge_seconds_per_100k));
print("durable_no_op_tasks", `${run.rates.runTasksPerSecond}/s`);
const shareOfFleet = heartbeat.ratios.heartbeatShareOfCore * (fleet / agents);
print("heartbeats_of_the_fleet", `${Math.round(shareOfFleet * 10_000) / 100}%`);
print("heartbeat_alone_vs_bare_route", `${heartbeat.ratios.heartbeatAloneOverBareRoute}x`);
print("heartbeat_writes", `${heartbeat.rates.databaseWritesPerSecond}/s`);

/** @param {string} command @param {string[]} args */
function bench(command, args) {
  const ended = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 16 * 1024 * 1024 });
  process.stderr.write(ended.stderr);
  const last = ended.stdout.trim().split("\n").at(-1) ?? "";
  if (ended.status !== 0) process.exit(1);
  return JSON.parse(last);
}

/** @param {string} name @param {string | number} value */
function print(name, value) {
  process.stdout.write(`${name}=${value}\n`);
}
