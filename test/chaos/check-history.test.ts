import type { EventRow, TaskView } from "@holdpoint/server";
import { expect, test } from "vitest";
import { checkHistory } from "./check-history.ts";
import { seededRandom } from "./seeded-random.ts";

function history(...steps: readonly (readonly [key: string, verb: string, to: string, attempt: number])[]): EventRow[] {
  return steps.map(([key, verb, to, attempt], at) => ({
    seq: at + 1,
    at: 0,
    kind: `task.${verb}`,
    planId: "plan",
    subject: `id-${key}`,
    attempt,
    data: { key, to },
    trace: null,
  }));
}

function task(key: string, state: TaskView["state"]): TaskView {
  const counters = { unmet: 0, attempt: 0, tries: 0, maxAttempts: 3, position: 0, priority: 0 };
  const lists = { gates: [], capabilities: [], missing: [] };
  const rest = { kind: "task" as const, title: key, item: key, reason: null, lease: null, readyAt: null };
  const said = { blocked: false, assigned: null, concurrencyKey: null };
  return { taskId: `id-${key}`, planId: "plan", key, state, ...counters, ...lists, ...rest, ...said };
}

const GOOD = history(
  ["a", "added", "ready", 0],
  ["a", "claimed", "leased", 1],
  ["a", "reported", "reported", 1],
  ["a", "accepted", "accepted", 1],
);

function faultsOf(events: readonly EventRow[], tasks: readonly TaskView[], waits: [string, string[]][] = []): string[] {
  return checkHistory(events, tasks, new Map(waits)).faults.map((fault) => fault.what);
}

test("a history in which all is well has no fault", () => {
  expect(checkHistory(GOOD, [task("a", "accepted")], new Map())).toMatchObject({
    accepted: 1,
    attempts: 1,
    faults: [],
  });
});

test("a task without events is lost", () => {
  expect(checkHistory([], [task("a", "ready")], new Map()).lost).toBe(1);
});

test("a task that is not where its events say is lost", () => {
  expect(checkHistory(GOOD, [task("a", "leased")], new Map()).lost).toBe(1);
});

test("a second acceptance is found", () => {
  const twice = [...GOOD, ...history(["a", "accepted", "accepted", 1])];
  expect(checkHistory(twice, [task("a", "accepted")], new Map()).acceptedTwice).toBe(1);
});

test("a claim of a leased task is found", () => {
  const events = history(["a", "claimed", "leased", 1], ["a", "claimed", "leased", 2]);
  expect(faultsOf(events, [task("a", "leased")])).toEqual(["was claimed while it was leased at event 2"]);
});

test("a late write that went through is found", () => {
  const events = history(
    ["a", "claimed", "leased", 1],
    ["a", "expired", "ready", 1],
    ["a", "claimed", "leased", 2],
    ["a", "reported", "reported", 1],
  );
  expect(faultsOf(events, [task("a", "reported")])).toEqual(["was reported by attempt 1, not 2 at event 4"]);
});

test("an acceptance before its dependency is found", () => {
  const tasks = [task("a", "accepted"), task("b", "ready")];
  expect(faultsOf([...GOOD, ...history(["b", "added", "ready", 0])], tasks, [["a", ["b"]]])).toEqual([
    "was accepted before b at event 4",
  ]);
});

test("chance is the same for the same seed", () => {
  const [one, two, other] = [seededRandom(7), seededRandom(7), seededRandom(8)];
  const numbers = [one(), one()];
  expect(numbers).toEqual([two(), two()]);
  expect(numbers[0]).not.toBe(other());
});
