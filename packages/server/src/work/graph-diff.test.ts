import type { WorkGraph, WorkNode } from "@holdpoint/core";
import { describe, expect, test } from "vitest";
import { diffGraph, type GraphDiff, type StoredTask } from "./graph-diff.ts";

const OPTIONS = { maxAttempts: 3, newId: () => "new" };

function node(key: string, changes: Partial<WorkNode> = {}): WorkNode {
  const plain = {
    kind: "task" as const,
    title: key,
    item: key,
    line: 1,
    gates: [],
    judgeFirst: false,
    capabilities: [],
  };
  return { key, ...plain, dependsOn: [], priority: 0, position: 0, ...changes };
}

function stored(key: string, state: StoredTask["state"], changes: Partial<StoredTask> = {}): StoredTask {
  const { dependsOn: _dependsOn, ...same } = node(key);
  const counters = { unmet: 0, attempt: 0, tries: 0, maxAttempts: 3 };
  return {
    ...same,
    taskId: `id-${key}`,
    state,
    ...counters,
    removed: false,
    pinned: false,
    blocked: false,
    ...changes,
  };
}

function diff(tasks: readonly StoredTask[], ...nodes: readonly WorkNode[]): GraphDiff {
  const graph: WorkGraph = { nodes, notes: [] };
  return diffGraph(tasks, graph, OPTIONS);
}

function moves(result: GraphDiff): readonly (readonly unknown[])[] {
  return [...result.added, ...result.changed].map(({ task, verb }) => [task.key, verb, task.state, task.unmet]);
}

describe("the first import", () => {
  test("makes ready what waits for nothing, and counts what the others wait for", () => {
    const result = diff([], node("a"), node("b", { dependsOn: ["a"] }));
    expect(moves(result)).toEqual([
      ["a", "added", "ready", 0],
      ["b", "added", "waiting", 1],
    ]);
  });

  test("has what is judged first judged at once where nothing stands before it", () => {
    expect(moves(diff([], node("a", { kind: "checkpoint", judgeFirst: true })))).toEqual([
      ["a", "added", "reported", 0],
    ]);
  });

  test("refuses a graph that names a task it does not have", () => {
    expect(() => diff([], node("a", { dependsOn: ["nowhere"] }))).toThrow("names a task");
  });
});

describe("the import of a changed document", () => {
  test("of the same graph changes nothing", () => {
    const result = diff([stored("a", "accepted"), stored("b", "leased")], node("a"), node("b", { dependsOn: ["a"] }));
    expect([result.added, result.changed, result.removed, result.kept]).toEqual([[], [], [], 1]);
  });

  test("keeps finished tasks, and does not wait for them", () => {
    expect(moves(diff([stored("a", "accepted")], node("a"), node("b", { dependsOn: ["a"] })))).toEqual([
      ["b", "added", "ready", 0],
    ]);
  });

  test("blocks a ready task that has got something to wait for", () => {
    const result = diff([stored("b", "ready")], node("a"), node("b", { dependsOn: ["a"] }));
    expect(moves(result)).toContainEqual(["b", "blocked", "waiting", 1]);
  });

  test("frees a waiting task whose dependency is gone", () => {
    const result = diff([stored("a", "ready"), stored("b", "waiting", { unmet: 1 })], node("b"));
    expect(moves(result)).toEqual([["b", "unblocked", "ready", 0]]);
    expect(result.removed.map((task) => task.key)).toEqual(["a"]);
  });

  test("lets a task that has begun keep what it began with", () => {
    const result = diff([stored("b", "leased", { attempt: 1 })], node("a"), node("b", { dependsOn: ["a"] }));
    expect(moves(result)).toEqual([["a", "added", "ready", 0]]);
    expect(result.edges).toEqual([]);
  });

  test("lets a checkpoint that is being judged wait for new work before it", () => {
    const checkpoint = { kind: "checkpoint" as const, judgeFirst: true };
    const result = diff([stored("c", "held", checkpoint)], node("a"), node("c", { ...checkpoint, dependsOn: ["a"] }));
    expect(moves(result)).toContainEqual(["c", "blocked", "waiting", 1]);
  });

  test("opens an accepted checkpoint again when there is new work before it", () => {
    const checkpoint = { kind: "checkpoint" as const, judgeFirst: true };
    const result = diff(
      [stored("c", "accepted", checkpoint)],
      node("a"),
      node("c", { ...checkpoint, dependsOn: ["a"] }),
    );
    expect(moves(result)).toContainEqual(["c", "reopened", "waiting", 1]);
  });

  test("has an accepted task judged again when the document puts another gate on it", () => {
    const result = diff([stored("a", "accepted", { attempt: 1, gates: ["g1"] })], node("a", { gates: ["g1", "g2"] }));
    expect(result.changed.map(({ task, verb }) => [verb, task.state, task.judgeFirst])).toEqual([
      ["reopened", "reported", true],
    ]);
  });

  test("leaves an accepted task alone when a gate is taken off it", () => {
    expect(moves(diff([stored("a", "accepted", { gates: ["g1"] })], node("a")))).toEqual([["a", null, "accepted", 0]]);
  });

  test("cancels what it no longer holds, unless that is finished", () => {
    const result = diff([
      stored("a", "leased"),
      stored("b", "accepted"),
      stored("c", "cancelled"),
      stored("d", "dead"),
    ]);
    expect(result.removed.map((task) => task.key)).toEqual(["a", "d"]);
  });

  test("brings back what it holds again, with its attempts and without its tries", () => {
    const gone = stored("a", "cancelled", { removed: true, attempt: 2, tries: 2 });
    expect(diff([gone], node("a")).changed).toMatchObject([
      { verb: "restored", task: { state: "ready", attempt: 2, tries: 0, removed: false } },
    ]);
  });

  test("leaves what a person cancelled as it is, and lets others wait for it", () => {
    const result = diff([stored("a", "cancelled")], node("a"), node("b", { dependsOn: ["a"] }));
    expect(moves(result)).toEqual([["b", "added", "waiting", 1]]);
  });

  test("changes text, gates and place of a task that does not move", () => {
    const result = diff([stored("a", "ready")], node("a", { title: "Another title", position: 4 }));
    expect(result.changed).toMatchObject([
      { verb: null, task: { title: "Another title", position: 4, state: "ready" } },
    ]);
  });
});
