// @ts-check
/** Metric lines from a short chaos run: kill -9 at random moments, then the history is checked. */
import { spawnSync } from "node:child_process";
import { bin, root } from "../install.mjs";

const args = [
  "test/chaos/kill-run.ts",
  "--kills",
  process.env["HOLDPOINT_KILLS"] ?? "8",
  "--seed",
  "20260101",
  "--json",
];
const ended = spawnSync(bin("tsx"), args, { cwd: root, encoding: "utf8", maxBuffer: 16 * 1024 * 1024 });
process.stderr.write(ended.stderr);
if (ended.status !== 0) process.exit(1);
const { kills, lost, acceptedTwice } = JSON.parse(ended.stdout.trim().split("\n").at(-1) ?? "");
process.stdout.write(`kills_survived=${kills}\ntasks_lost=${lost}\ntasks_accepted_twice=${acceptedTwice}\n`);
