import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { HoldpointError } from "@holdpoint/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockDirectory } from "./directory-lock.ts";
import { markOf } from "./process-info.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "holdpoint-lock-"));
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

function leave(holder: Record<string, unknown>): void {
  const gone = { pid: 999_999_999, startTicks: "1", bootId: markOf(process.pid)?.bootId ?? null, host: hostname() };
  writeFileSync(
    join(dir, "lock"),
    JSON.stringify({ ...gone, since: "2026-01-01T00:00:00.000Z", nonce: "n", ...holder }),
  );
}

function refusal(): HoldpointError {
  try {
    lockDirectory(dir, NOW);
  } catch (error) {
    if (error instanceof HoldpointError) return error;
  }
  throw new Error("the lock was not refused");
}

describe("the lock of a directory", () => {
  test("is given to the first who asks and says who has it", () => {
    lockDirectory(dir, NOW);
    const written: unknown = JSON.parse(readFileSync(join(dir, "lock"), "utf8"));
    expect(written).toMatchObject({ pid: process.pid, host: hostname(), since: "2026-01-02T03:04:05.000Z" });
  });

  test("is refused to the second, with pid and since when", () => {
    lockDirectory(dir, NOW);
    const { code, message } = refusal();
    expect(code).toBe("HP6003");
    expect(message).toContain(`process ${process.pid} on ${hostname()} since 2026-01-02T03:04:05.000Z`);
  });

  test("can be taken again after its release", () => {
    lockDirectory(dir, NOW).release();
    expect(lockDirectory(dir, NOW).recoveredFrom).toBeNull();
  });

  test("is taken over from a process that is gone", () => {
    leave({});
    expect(lockDirectory(dir, NOW).recoveredFrom).toMatchObject({ pid: 999_999_999 });
  });

  test("is taken over when the pid belongs to a later process by now", () => {
    leave({ pid: process.pid, startTicks: "1" });
    expect(lockDirectory(dir, NOW).recoveredFrom).toMatchObject({ pid: process.pid });
  });

  test("is taken over after the machine was started anew", () => {
    leave({ ...markOf(process.pid), bootId: "another boot" });
    expect(lockDirectory(dir, NOW).recoveredFrom).toMatchObject({ bootId: "another boot" });
  });

  test("is never taken from another host, whose processes cannot be seen from here", () => {
    leave({ host: "another-host" });
    expect(refusal().message).toContain("on another-host");
  });

  test("is taken over when its file is damaged", () => {
    writeFileSync(join(dir, "lock"), '{"pid": 1');
    expect(lockDirectory(dir, NOW).recoveredFrom).toBeNull();
  });

  test("stays with a new holder when an old one releases late", () => {
    const old = lockDirectory(dir, NOW);
    rmSync(join(dir, "lock"));
    lockDirectory(dir, NOW);
    old.release();
    expect(refusal().code).toBe("HP6003");
  });
});
