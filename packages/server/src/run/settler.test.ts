import type { WorkGraph } from "@holdpoint/core";
import { beforeEach, describe, expect, test } from "vitest";
import type { Gatekeeper } from "../gates/index.ts";
import { createSystemRuntime } from "../system-runtime.ts";
import type { WorkStore } from "../work/index.ts";
import { createMemoryWorkStore } from "../work/work.memory.ts";
import type { MergeResult, Settlement } from "./run.types.ts";
import { createSettler } from "./settler.ts";

const PLAN = "00000000-0000-7000-8000-000000000001";
const GRAPH: WorkGraph = {
  notes: [],
  nodes: [
    {
      key: "a",
      kind: "task",
      title: "Do it",
      item: "a",
      line: 1,
      dependsOn: [],
      gates: [],
      judgeFirst: false,
      capabilities: [],
      priority: 0,
      position: 0,
    },
  ],
};

let nowMs: number;
let work: WorkStore;
let discarded: number;

beforeEach(async () => {
  nowMs = 1_000;
  discarded = 0;
  const runtime = { ...createSystemRuntime(), now: (): number => nowMs };
  work = createMemoryWorkStore(runtime, { retry: { baseMs: 1, capMs: 1 } });
  await work.importGraph({ planId: PLAN, graph: GRAPH });
});

/** The task has no gates, so that nothing is ever asked of it. */
const gatekeeper: Gatekeeper = {
  judge: () => Promise.resolve(new Map()),
  record: () => Promise.resolve(),
  bound: () => new Map(),
  observations: () => [],
  notAllowed: () => [],
  awaitsConsent: () => [],
};

/** Works one attempt, unless one is held, and settles it with this answer to the merge. */
async function attempt(merge: MergeResult): Promise<Settlement> {
  nowMs += 1_000;
  for (const claim of await work.claim({ agent: "x", capabilities: [], owner: "me", leaseTtlMs: 60_000 })) {
    await work.report(claim);
  }
  const [task] = await work.list({ states: ["reported", "held"] });
  if (task === undefined) throw new Error("there is nothing to settle");
  const workspace = {
    dir: "/nowhere",
    merge: () => Promise.resolve(merge),
    discard: () => Promise.resolve(void (discarded += 1)),
  };
  const workspaces = { of: () => Promise.resolve(workspace) };
  return createSettler({ work, gatekeeper, workspaces, planDir: "/plan" })(task);
}

const CONFLICT: MergeResult = { ok: false, conflict: ["src/a.ts", "b.ts"] };

describe("an attempt whose changes do not fit the tree any more", () => {
  test("is handed back with the files, and counts no try", async () => {
    const { outcome, missing } = await attempt(CONFLICT);
    expect([outcome, missing.join(" ")]).toEqual(["handed_back", expect.stringContaining("src/a.ts, b.ts")]);
    const [task] = await work.list();
    expect([task?.state, task?.tries, task?.missing, discarded]).toEqual(["ready", 0, missing, 1]);
  });

  test("is held for a person after five in a row, and its workspace is kept", async () => {
    const outcomes: string[] = [];
    for (let at = 0; at < 5; at += 1) outcomes.push((await attempt(CONFLICT)).outcome);
    expect(outcomes).toEqual(["handed_back", "handed_back", "handed_back", "handed_back", "held"]);
    expect(discarded).toBe(4);
    const [task] = await work.list();
    expect(task?.missing.join(" ")).toMatch(/5 attempts in a row did not fit .*src\/a\.ts, b\.ts.*person/);
    expect((await attempt(CONFLICT)).outcome).toBe("held");
  });

  test("is accepted from being held once it fits", async () => {
    for (let at = 0; at < 5; at += 1) await attempt(CONFLICT);
    expect((await attempt({ ok: true })).outcome).toBe("accepted");
  });

  test("begins a new row after it was refused, and after a person put it back", async () => {
    for (let at = 0; at < 4; at += 1) await attempt(CONFLICT);
    expect((await attempt({ ok: false, why: "it changed the sidecar" })).outcome).toBe("refused");
    for (let at = 0; at < 4; at += 1) expect((await attempt(CONFLICT)).outcome).toBe("handed_back");
    expect((await attempt(CONFLICT)).outcome).toBe("held");
    const [task] = await work.list();
    await work.redrive({ taskId: task?.taskId ?? "", by: "kim", reason: "mended" });
    expect((await attempt(CONFLICT)).outcome).toBe("handed_back");
  });
});

test("an attempt that changed what it may not is refused, and the try counts", async () => {
  expect((await attempt({ ok: false, why: "it changed the sidecar" })).missing).toEqual(["it changed the sidecar"]);
  expect((await work.list())[0]?.tries).toBe(1);
});
