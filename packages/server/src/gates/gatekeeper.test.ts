import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BindingSidecar, checkDigest, readPlan, type SidecarCheck } from "@holdpoint/core";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type App, createApp } from "../app.ts";
import { createSystemRuntime } from "../system-runtime.ts";
import type { CheckRun, CheckRunner, SubjectReader } from "./check-runner.ts";
import { createGatekeeper, type Gatekeeper, type JudgeRequest } from "./gatekeeper.ts";
import { waiverRecord } from "./person-record.ts";
import { attemptOf } from "./window-records.ts";

const digest = (bytes: string | Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

let server: TestServer;
let app: App;
let dir: string;
let nowMs: number;
/** Commands that ran, in order. */
let ran: string[];
let allowed: boolean;
/** Whether the runner says that an attempt changed the script of the check. */
let changedScript: boolean;
/** Attempts that were merged. */
let accepted: Set<string>;
let interruption: AbortController;

const runtime = { ...createSystemRuntime(), now: (): number => nowMs };

/** Runs a command in the folder, with the clock of the test. */
const runner: CheckRunner = {
  run: ({ check, signal }): Promise<CheckRun> => {
    ran.push(check.run);
    const startedAt = nowMs;
    nowMs += 10;
    let code = 0;
    let text = "";
    if (check.run === "interrupt") interruption.abort();
    else {
      try {
        text = execFileSync("/bin/sh", ["-c", check.run], { cwd: dir, encoding: "utf8" });
      } catch {
        code = 1;
      }
    }
    const path = join(tmpdir(), `holdpoint-gatekeeper-${process.pid}-${ran.length}`);
    writeFileSync(path, text);
    const cancelled = signal?.aborted === true;
    const kept = { path, digest: digest(text), size: text.length, truncated: false };
    return Promise.resolve({
      argv: ["/bin/sh", "-c", check.run],
      cwd: dir,
      started: true,
      startError: null,
      exitCode: cancelled ? null : code,
      signal: null,
      timedOut: false,
      endedFor: cancelled ? "cancelled" : null,
      startedAt,
      endedAt: nowMs,
      isolation: { level: "full", reason: null },
      environmentDigest: digest(""),
      scripts: [{ path: "check.sh", digest: digest("x"), changed: changedScript }],
      stdout: kept,
      stderr: { ...kept, digest: digest(""), size: 0 },
      tail: text,
    });
  },
};

const subjects: SubjectReader = {
  subjectOf: () => Promise.resolve({ commit: null, tree: digest(readFileSync(join(dir, "state"))), dirty: false }),
  digestInputs: (_dir, check) => Promise.resolve(digest(readFileSync(join(dir, check.inputs[0] ?? "")))),
};

beforeAll(async () => {
  server = await startTestServer(undefined);
});
afterAll(() => server.stop());
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "holdpoint-gatekeeper-"));
  nowMs = Date.parse("2026-01-01T00:00:00Z");
  ran = [];
  allowed = true;
  changedScript = false;
  accepted = new Set();
  interruption = new AbortController();
  set("one");
  app = await createApp({ store: await server.openStore(() => nowMs), runtime });
});
afterEach(() => rmSync(dir, { recursive: true }));

const set = (state: string): void => writeFileSync(join(dir, "state"), state);

function sidecarCheck(id: string, run: string, more: Partial<SidecarCheck> = {}): SidecarCheck {
  return { id, run, cwd: null, timeoutMs: null, files: [], reader: null, inputs: [], env: [], ...more };
}

async function keeper(
  metric: string,
  threshold: string,
  one: SidecarCheck,
  maxAgeMs: number | null = null,
): Promise<Gatekeeper> {
  const text = `# Plan\n\n## Step 1: Work\n\n\`\`\`yaml\nquality_gates:\n  ${metric}: "${threshold}"\n\`\`\`\n`;
  const plan = readPlan(new TextEncoder().encode(text), { fileName: "PLAN.md" });
  const nothing = {
    criterion: null,
    minTier: null,
    severity: null,
    exit: null,
    isolation: null,
    owner: null,
    onInconclusive: null,
  };
  const sidecar: BindingSidecar = {
    checks: [one],
    gates: new Map([[metric, { ...nothing, check: one.id, metric: null, maxAgeMs }]]),
    minTier: null,
    isolation: null,
  };
  const { planId } = await app.plans.importPlan({ source: "plan", document: plan });
  return createGatekeeper({
    store: app.gates,
    runner,
    subjects,
    runtime,
    tenant: app.tenant,
    planId,
    plan,
    sidecar,
    allowed: () => allowed,
    listener: { checkStarted: () => undefined, checkEnded: () => undefined, gateJudged: () => undefined },
    producers: () => [],
    accepted: () => Promise.resolve(accepted),
    signal: interruption.signal,
  });
}

async function judge(gatekeeper: Gatekeeper, run: JudgeRequest["run"] = "stale"): Promise<string> {
  const gates = [...gatekeeper.bound().keys()];
  const verdicts = await gatekeeper.judge({ gates, dir, task: null, attempt: null, run });
  const [verdict] = verdicts.values();
  return `${verdict?.verdict} ${verdict?.reason}`;
}

describe("a gatekeeper", () => {
  test("runs a check once for a folder that stays as it is, and again when it changes", async () => {
    const gatekeeper = await keeper("size", ">=2", sidecarCheck("c", "echo size=2"));
    expect(await judge(gatekeeper)).toBe("pass met");
    expect(await judge(gatekeeper)).toBe("pass met");
    expect(ran.length).toBe(1);
    set("two");
    expect(await judge(gatekeeper, "never")).toBe("inconclusive stale_subject");
    expect(await judge(gatekeeper)).toBe("pass met");
    expect(ran.length).toBe(2);
    expect(await judge(gatekeeper, "always")).toBe("pass met");
    expect(ran.length).toBe(3);
  });

  test("asks by inputs where a check names them", async () => {
    writeFileSync(join(dir, "input"), "a");
    const gatekeeper = await keeper("size", ">=2", sidecarCheck("c", "echo size=2", { inputs: ["input"] }));
    await judge(gatekeeper);
    set("two");
    expect([await judge(gatekeeper), ran.length]).toEqual(["pass met", 1]);
    writeFileSync(join(dir, "input"), "b");
    expect([await judge(gatekeeper), ran.length]).toEqual(["pass met", 2]);
  });

  test("runs a check again whose evidence has become too old", async () => {
    const gatekeeper = await keeper("size", ">=2", sidecarCheck("c", "echo size=2"), 60_000);
    await judge(gatekeeper);
    nowMs += 61_000;
    expect(await judge(gatekeeper, "never")).toBe("inconclusive expired");
    expect([await judge(gatekeeper), ran.length]).toEqual(["pass met", 2]);
  });

  test("does not repeat at once what it saw fail itself, but after a rest", async () => {
    const gatekeeper = await keeper("size", ">=2", sidecarCheck("c", "echo size=1"));
    expect(await judge(gatekeeper)).toBe("fail violated");
    expect([await judge(gatekeeper), ran.length]).toEqual(["fail violated", 1]);
    nowMs += 5_000;
    expect([await judge(gatekeeper), ran.length]).toEqual(["fail violated", 2]);
  });

  test("looks anew at what another process saw fail", async () => {
    await judge(await keeper("size", ">=2", sidecarCheck("c", "echo size=1")));
    expect([await judge(await keeper("size", ">=2", sidecarCheck("c", "echo size=1"))), ran.length]).toEqual([
      "fail violated",
      2,
    ]);
  });

  test("takes each look of a window for an observation", async () => {
    const gatekeeper = await keeper("soak", "1min validation", sidecarCheck("c", "echo soak=true"));
    expect(await judge(gatekeeper)).toBe("inconclusive window_incomplete");
    for (let looks = 0; looks < 8; looks += 1) {
      nowMs += 10_000;
      await judge(gatekeeper);
    }
    expect([await judge(gatekeeper), ran.length]).toEqual(["pass met", 10]);
  });

  test("records nothing of a check that the user cut short", async () => {
    const gatekeeper = await keeper("size", ">=2", sidecarCheck("c", "interrupt"));
    expect(await judge(gatekeeper)).toBe("inconclusive not_run");
    expect([gatekeeper.observations(), await judge(gatekeeper), ran.length]).toEqual([[], "inconclusive not_run", 1]);
  });

  test("runs nothing that is not allowed, and says which gate waits for it", async () => {
    allowed = false;
    const gatekeeper = await keeper("size", ">=2", sidecarCheck("c", "echo size=2"));
    const [key = ""] = gatekeeper.bound().keys();
    expect(await judge(gatekeeper)).toBe("inconclusive not_run");
    expect([ran, gatekeeper.notAllowed().length, gatekeeper.awaitsConsent(key).length]).toEqual([[], 1, 1]);
    allowed = true;
    expect([await judge(gatekeeper), gatekeeper.awaitsConsent(key)]).toEqual(["pass met", []]);
  });

  test("binds the first record of a check to its gate, and keeps the scripts that it names", async () => {
    changedScript = true;
    const gatekeeper = await keeper("size", ">=2", sidecarCheck("c", "echo size=2"));
    await judge(gatekeeper);
    const [observation] = gatekeeper.observations();
    const [record] = observation?.records ?? [];
    expect(record?.statement.predicate.scripts).toEqual([{ path: "check.sh", digest: digest("x"), changed: true }]);
    expect(record?.statement.predicate.check?.digest).toBe(checkDigest(sidecarCheck("c", "echo size=2")));
    expect(observation?.notes).toEqual(["check.sh was changed by the attempt that it judges"]);
    const stored = await app.gates.getEvidence(record?.digest ?? "");
    expect(stored?.gates.length).toBe(1);
  });

  test("sees what another process has recorded meanwhile", async () => {
    allowed = false;
    const one = sidecarCheck("c", "echo size=2");
    const gatekeeper = await keeper("size", ">=2", one);
    const [gate = ""] = gatekeeper.bound().keys();
    expect(await judge(gatekeeper)).toBe("inconclusive not_run");
    const subject = await subjects.subjectOf(dir, { leaveOut: [] });
    const word = {
      tenant: "local",
      planDigest: digest(""),
      subject,
      gate,
      name: "Ada",
      role: null,
      reason: "agreed",
      isolation: "full" as const,
      at: nowMs,
    };
    await (await keeper("size", ">=2", one)).record([waiverRecord(word, nowMs + 60_000)]);
    expect(await judge(gatekeeper)).toBe("pass waived");
  });
});

describe("a window over an attempt's workspace and the plan's folder", () => {
  const task = "00000000-0000-7000-8000-00000000000a";
  const SOAK = sidecarCheck("c", "cat soak");
  const good = (): void => writeFileSync(join(dir, "soak"), "soak=true\n");

  /** Looks so many times, ten seconds apart, in the attempt's workspace (or the folder); answers the last verdict. */
  async function look(gatekeeper: Gatekeeper, times: number, attempt: number | null): Promise<string> {
    let said = "";
    for (let at = 0; at < times; at += 1) {
      nowMs += 10_000;
      const gates = [...gatekeeper.bound().keys()];
      const place = { task: attempt === null ? null : task, attempt };
      const [verdict] = (await gatekeeper.judge({ gates, dir, ...place, run: "stale" })).values();
      said = `${verdict?.verdict} ${verdict?.reason}`;
    }
    return said;
  }

  test("carries its pass over once the attempt is accepted and the folder, which is the same, was looked at", async () => {
    good();
    const gatekeeper = await keeper("soak", "1min validation", SOAK);
    expect(await look(gatekeeper, 8, 1)).toBe("pass met");
    expect(await look(gatekeeper, 1, null)).toBe("inconclusive window_incomplete");
    accepted.add(attemptOf(task, 1));
    expect(await look(gatekeeper, 1, null)).toBe("pass met");
    const [one] = gatekeeper.bound().values();
    expect(one?.bound.records.some(({ statement }) => statement.predicate.producer.task === task)).toBe(true);
  });

  test("does not carry over before the folder itself was looked at", async () => {
    good();
    const gatekeeper = await keeper("soak", "1min validation", SOAK);
    await look(gatekeeper, 8, 1);
    accepted.add(attemptOf(task, 1));
    expect(await judge(gatekeeper, "never")).not.toContain("pass");
  });

  test("does not carry over to a folder that holds something else", async () => {
    good();
    const gatekeeper = await keeper("soak", "1min validation", SOAK);
    await look(gatekeeper, 8, 1);
    accepted.add(attemptOf(task, 1));
    set("two");
    expect(await look(gatekeeper, 1, null)).toBe("inconclusive window_incomplete");
  });

  test("begins anew when the workspace changed in between and changed back", async () => {
    good();
    const gatekeeper = await keeper("soak", "1min validation", SOAK);
    await look(gatekeeper, 4, 1);
    set("two");
    await look(gatekeeper, 1, 1);
    set("one");
    expect(await look(gatekeeper, 4, 1)).toBe("inconclusive window_incomplete");
    accepted.add(attemptOf(task, 1));
    expect(await look(gatekeeper, 1, null)).toBe("inconclusive window_incomplete");
  });

  test("begins anew after a violation in the workspace, and fails on one in the folder", async () => {
    good();
    const gatekeeper = await keeper("soak", "1min validation", SOAK);
    await look(gatekeeper, 4, 1);
    writeFileSync(join(dir, "soak"), "soak=down\n");
    await look(gatekeeper, 1, 1);
    good();
    expect(await look(gatekeeper, 4, 1)).toBe("inconclusive window_incomplete");
    await look(gatekeeper, 4, 1);
    accepted.add(attemptOf(task, 1));
    writeFileSync(join(dir, "soak"), "soak=down\n");
    expect(await look(gatekeeper, 1, null)).toContain("fail");
  });

  test("is not disturbed by what the folder held meanwhile, and takes nothing from another attempt", async () => {
    good();
    const gatekeeper = await keeper("soak", "1min validation", SOAK);
    await look(gatekeeper, 4, 1);
    set("two");
    nowMs -= 8_000;
    await look(gatekeeper, 1, null);
    set("one");
    expect(await look(gatekeeper, 5, 1)).toBe("pass met");
    expect(await look(gatekeeper, 1, 2)).toBe("inconclusive window_incomplete");
  });

  test("does not join looks of the folder over a time in which it held something else", async () => {
    good();
    const gatekeeper = await keeper("soak", "1min validation", SOAK);
    await look(gatekeeper, 4, null);
    set("two");
    await look(gatekeeper, 1, null);
    set("one");
    expect(await look(gatekeeper, 4, 1)).toBe("inconclusive window_incomplete");
    accepted.add(attemptOf(task, 1));
    expect(await look(gatekeeper, 1, null)).toBe("inconclusive window_incomplete");
  });
});
