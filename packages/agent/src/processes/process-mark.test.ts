import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { mayLive, ownMark, readMark, startOf } from "./process-mark.ts";

describe("the mark of a process", () => {
  it("is of a process that lives", () => {
    expect(mayLive(ownMark())).toBe(true);
    expect(readMark(JSON.parse(JSON.stringify(ownMark())))).toEqual(ownMark());
  });

  it("is of no process that has ended", () => {
    const { pid } = spawnSync("true");
    expect(startOf(pid)).toBeNull();
    expect(mayLive({ ...ownMark(), pid })).toBe(false);
  });

  it.runIf(process.platform === "linux")(
    "is not of a later process with the same number, nor of an earlier boot",
    () => {
      expect(mayLive({ ...ownMark(), started: "1" })).toBe(false);
      expect(mayLive({ ...ownMark(), boot: "another" })).toBe(false);
    },
  );

  it.runIf(process.platform === "linux")(
    "is not of one that has ended and that nobody has asked about yet",
    async () => {
      // The shell becomes a program that asks about none of its children.
      const child = spawn("/bin/sh", ["-c", "true & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
      const pid = Number(String((await once(child.stdout, "data"))[0]));
      try {
        await expect.poll(() => startOf(pid), { interval: 10 }).toBeNull();
      } finally {
        child.kill("SIGKILL");
      }
    },
  );

  it("may be of a living process where that cannot be seen from here", () => {
    expect(mayLive({ ...ownMark(), started: "1", host: "elsewhere.invalid" })).toBe(true);
    expect(mayLive({ ...ownMark(), started: "", boot: "" })).toBe(true);
  });

  it.each([
    null,
    7,
    [],
    {},
    { pid: 0, started: "", host: "" },
    { pid: 1.5, started: "", host: "" },
    { pid: 1, host: "" },
  ])("is not read from %j", (value) => {
    expect(readMark(value)).toBeNull();
  });
});
