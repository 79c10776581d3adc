import { problem } from "@holdpoint/core";
import { describe, expect, test } from "vitest";
import { httpProblems, type RequestRecord } from "../http/index.ts";
import { createLog, type LogLevel, logControlPlane } from "./log.ts";
import { logLine } from "./log-line.ts";

const record: RequestRecord = {
  operation: "listPlans",
  method: "GET",
  path: "/v1/plans",
  status: 200,
  durationMs: 1.26,
  traceId: "abc",
  principal: { tenant: "t", name: "ann", tokenId: null, scopes: new Set() },
  fault: null,
};

function logged(level: LogLevel, isForPeople = false): { lines: string[]; log: ReturnType<typeof createLog> } {
  const lines: string[] = [];
  return { lines, log: createLog({ level, to: { write: (text) => lines.push(text) }, isForPeople }) };
}

function parsed(lines: readonly string[]): readonly Record<string, unknown>[] {
  return lines.map((line): Record<string, unknown> => JSON.parse(line));
}

describe("the log", () => {
  test("writes one JSON object for each request", () => {
    const { lines, log } = logged("info");
    logControlPlane(log).onRequest(record);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith("\n")).toBe(true);
    expect(parsed(lines)[0]).toMatchObject({
      level: "info",
      msg: "request",
      operation: "listPlans",
      status: 200,
      ms: 1.3,
      trace: "abc",
      principal: "ann",
      tenant: "t",
    });
    expect(parsed(lines)[0]).not.toHaveProperty("err");
  });

  test("has the stack of a fault, without the secrets in it", () => {
    const { lines, log } = logged("info");
    const fault = new Error("cannot use hp_admin_abcdefgh123456");
    logControlPlane(log).onRequest({ ...record, status: 500, fault });
    const [line] = parsed(lines);
    expect(line).toMatchObject({ level: "error", err: { type: "Error", message: "cannot use hp_[hidden]" } });
    expect(JSON.stringify(line)).toContain("log.test.ts");
    expect(JSON.stringify(line)).not.toContain("abcdefgh123456");
  });

  test("says nothing of health and metrics while they succeed", () => {
    const { lines, log } = logged("info");
    const { onRequest } = logControlPlane(log);
    for (const operation of ["health", "ready", "metrics"]) onRequest({ ...record, operation });
    expect(lines).toEqual([]);
    onRequest({ ...record, operation: "ready", status: 503, principal: null });
    expect(parsed(lines)[0]).toMatchObject({ level: "warn", status: 503, principal: null });
  });

  test("tells once that a service fails, and once that it works again", () => {
    const { lines, log } = logged("info");
    const { onRound } = logControlPlane(log);
    const failed = { name: "leases", ok: false, tookMs: 1, error: new Error("odd") } as const;
    const good = { name: "leases", ok: true, tookMs: 1, result: 0 } as const;
    for (const round of [good, failed, failed, good, good]) onRound(round);
    expect(parsed(lines).map(({ level, msg }) => [level, msg])).toEqual([
      ["warn", "service fails"],
      ["info", "service works again"],
    ]);
  });

  test("tells of each try to send a notification, with a warning when it failed", () => {
    const { lines, log } = logged("info");
    const { onCallback } = logControlPlane(log);
    const ids = { tenant: "t", callbackId: "c", deliveryId: "d", origin: "https://example.org" };
    onCallback({ ...ids, outcome: "failed", attempts: 1, error: "it answered 500", tookMs: 2.4 });
    onCallback({ ...ids, outcome: "delivered", attempts: 2, error: null, tookMs: 1 });
    expect(parsed(lines)).toMatchObject([
      {
        level: "warn",
        msg: "callback",
        callback: "c",
        message: "d",
        outcome: "failed",
        error: "it answered 500",
        ms: 2,
      },
      { level: "info", msg: "callback", outcome: "delivered", attempts: 2 },
    ]);
  });

  test("gives what the catalogue knows without a stack", () => {
    const { lines, log } = logged("warn");
    const error = problem(httpProblems, "HP9108");
    logControlPlane(log).onRound({ name: "leases", ok: false, tookMs: 1, error });
    expect(parsed(lines)[0]?.["err"]).toBe(error.message);
  });

  test("frees the message of secrets too", () => {
    const { lines, log } = logged("debug");
    log.debug({}, "token=hunter2hunter2");
    expect(lines.join("")).not.toContain("hunter2");
  });

  test.each<[LogLevel, number]>([
    ["silent", 0],
    ["error", 1],
    ["warn", 2],
    ["info", 3],
    ["debug", 4],
  ])("at the level %s writes %i of four", (level, count) => {
    const { lines, log } = logged(level);
    for (const name of ["error", "warn", "info", "debug"] as const) log[name]({}, name);
    expect(lines).toHaveLength(count);
  });
});

describe("a line for people", () => {
  test("is short and has the fields that say something", () => {
    const { lines, log } = logged("info", true);
    log.info({ operation: "listPlans", tenant: null, more: { a: 1 } }, "request");
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d info {2}request operation=listPlans more=\{"a":1\}\n$/);
  });

  test("has the stack on lines of its own, and a short error behind it", () => {
    expect(
      logLine('{"time":"2026-01-02T03:04:05.000Z","level":"error","msg":"m","err":{"stack":"Error: x\\n  at y"}}'),
    ).toBe("03:04:05 error m\nError: x\n  at y\n");
    expect(logLine('{"time":"2026-01-02T03:04:05.000Z","level":"warn","msg":"m","err":"why"}')).toBe(
      "03:04:05 warn  m: why\n",
    );
  });

  test("is the line as it came when that is no object", () => {
    expect(logLine("text\n")).toBe("text\n");
    expect(logLine("1")).toBe("1");
  });
});
