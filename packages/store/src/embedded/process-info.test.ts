import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { commandLineOf, isAlive, markOf } from "./process-info.ts";

test("a running process is alive by its mark", () => {
  const mark = markOf(process.pid);
  expect(mark !== null && isAlive(mark)).toBe(true);
});

test("a process that ended is not", async () => {
  const child = spawn("sleep", ["60"]);
  const mark = markOf(child.pid ?? 0);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(mark !== null && isAlive(mark)).toBe(false);
});

test.runIf(process.platform === "linux")("a later process with the same pid is not the one that was marked", () => {
  const mark = markOf(process.pid);
  expect(mark !== null && isAlive({ ...mark, startTicks: "1" })).toBe(false);
});

test("a pid without a process has no mark", () => {
  expect([markOf(999_999_999), commandLineOf(999_999_999)]).toEqual([null, null]);
});
