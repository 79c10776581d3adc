// @ts-check
/** Metric lines from the short form of Schemathesis against a real server; none where it cannot be had. */
import { spawnSync } from "node:child_process";
import { bin, root } from "../install.mjs";

const args = ["test/fuzz/fuzz-openapi.ts", "--short"];
const ended = spawnSync(bin("tsx"), args, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
const [, generated, outcome = ""] = /^ *(\d+) generated, (.*)$/m.exec(ended.stdout) ?? [];
if (generated === undefined) {
  process.stderr.write(ended.stderr);
  process.exit(1);
}
const found = Number(/(\d+) unique failures?/.exec(outcome)?.[1] ?? 0);
// What the tool calls good is no failure; a server that complained is one.
const failures = ended.status === 0 ? 0 : Math.max(found, 1);
if (failures > 0) process.stderr.write(ended.stdout);
process.stdout.write(`interface_requests=${generated}\ninterface_failures=${failures}\n`);
