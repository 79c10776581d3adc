import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isInsideAttempt } from "./inside-attempt.ts";

/** Starts a shell in this environment that starts one with none; answers the number of the inner one. */
async function nested(env: Readonly<Record<string, string>>, look: (pid: number) => void): Promise<void> {
  const inner = 'env -i /bin/sh -c "echo \\$\\$; read line; :"; :';
  const child = spawn("/bin/sh", ["-c", inner], { env: { PATH: "/usr/bin:/bin", ...env } });
  const [pid] = (await once(child.stdout, "data")) as [Buffer];
  try {
    look(Number(pid.toString("utf8").trim()));
  } finally {
    child.stdin.end("\n");
    await once(child, "close");
  }
}

describe("whether a call comes from inside an attempt", () => {
  test("is said by its own environment", () => {
    expect([isInsideAttempt({ HOLDPOINT_TASK: "T-1" }, 0), isInsideAttempt({ HOLDPOINT_TASK: "" }, 0)]).toEqual([
      true,
      false,
    ]);
  });

  test.runIf(existsSync("/proc/self/environ"))("is said by a process above it when its own was cleared", async () => {
    await nested({ HOLDPOINT_TASK: "T-1" }, (pid) => expect(isInsideAttempt({}, pid)).toBe(true));
  });

  test("is not said of a process that is not there", () => {
    expect(isInsideAttempt({}, 2 ** 30)).toBe(false);
  });
});
