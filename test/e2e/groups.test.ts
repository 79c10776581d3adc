import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { BIN, ensureBuilt } from "./built-cli.ts";
import { outerEnvironment } from "./outer-environment.ts";

const NOWHERE = "127.0.0.1:1";

beforeAll(ensureBuilt, 120_000);

/** Calls with a group that takes what the kernel would; answers what was asked of it. */
function divides(...args: readonly string[]): string {
  const base = mkdtempSync(join(tmpdir(), "holdpoint-groups-"));
  onTestFinished(() => rmSync(base, { recursive: true }));
  const [dir, group] = [join(base, "plan"), join(base, "group")];
  for (const folder of [join(dir, "agents"), group]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(group, "cgroup.controllers"), "cpu memory pids\n");
  for (const name of ["cgroup.procs", "cgroup.subtree_control"]) writeFileSync(join(group, name), "");
  writeFileSync(join(dir, "PLAN.md"), "# Plan\n\n- [ ] T-1 Do it\n");
  writeFileSync(join(dir, "agents", "a.yaml"), "name: a\ncommand: echo done\ncapabilities: [any]\n");
  const env = {
    ...outerEnvironment(),
    HOME: base,
    HOLDPOINT_CGROUP: group,
    HOLDPOINT_TOKEN: "none",
    // Neither a database nor a receiver of traces: the command ends where it would begin to work.
    DATABASE_URL: `postgres://${NOWHERE}/none`,
    OTEL_EXPORTER_OTLP_ENDPOINT: "nonsense",
  };
  const { status, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd: dir, env, encoding: "utf8" });
  expect([status === 0, stderr]).toEqual([args[0] === "inspect", expect.any(String)]);
  return readFileSync(join(group, "cgroup.subtree_control"), "utf8");
}

describe.runIf(process.platform === "linux")("the group of this process", () => {
  it.each([
    ["verify", ["verify", "PLAN.md", "--trust"]],
    ["run", ["run", "PLAN.md", "--trust"]],
    ["agent run", ["agent", "run", "--url", `http://${NOWHERE}`, "--trust"]],
  ])("is divided by holdpoint %s before it starts anything that would stand in the way", (_name, args) => {
    expect(divides(...args)).toBe("+memory +pids +cpu");
  });

  it("is left alone by a command that runs nothing", () => {
    expect(divides("inspect", "PLAN.md")).toBe("");
  });
});
