import { describe, expect, test } from "vitest";
import { type KnownTask, keysOf, nameIn, type ResolvedCreation, resolveCreation } from "./task-creation.ts";
import type { CreateRequest, NewTask } from "./work.types.ts";

function task(key: string | undefined, ...dependsOn: readonly string[]): NewTask {
  const plain = { capabilities: [], priority: 0, maxAttempts: 3, runAt: null, concurrencyKey: null };
  return { ...plain, title: key ?? "unnamed", dependsOn, ...(key === undefined ? {} : { key }) };
}

function request(...tasks: readonly NewTask[]): CreateRequest {
  return { queue: "q", tasks, by: "kim" };
}

function resolve(stored: Record<string, KnownTask["state"]>, ...requests: readonly CreateRequest[]): ResolvedCreation {
  let ids = 0;
  const known = Object.entries(stored).map(
    ([key, state]) => [nameIn("q", key), { taskId: `old-${key}`, state }] as const,
  );
  return resolveCreation(requests, new Map(known), () => `id-${(ids += 1)}`);
}

function codes(resolved: ResolvedCreation): readonly string[] {
  return resolved.outcomes.map((outcome) => (outcome.ok ? "ok" : outcome.error.code));
}

describe("creating tasks", () => {
  test("names a task without a key after its id", () => {
    expect(resolve({}, request(task(undefined))).drafts.map((draft) => draft.key)).toEqual(["id-1"]);
  });

  test("leaves a key that is there as it is, in the queue and in the request", () => {
    const { outcomes, drafts } = resolve({ a: "accepted" }, request(task("a"), task("b"), task("b")));
    expect(outcomes[0]).toEqual({
      ok: true,
      tasks: [
        { taskId: "old-a", created: false },
        { taskId: "id-2", created: true },
        { taskId: "id-2", created: false },
      ],
    });
    expect(drafts.map((draft) => draft.key)).toEqual(["b"]);
  });

  test("waits for what is not accepted yet, in the request or in the queue, and once for each", () => {
    const { drafts } = resolve(
      { old: "accepted", dead: "dead" },
      request(task("b", "a", "a", "old", "dead"), task("a")),
    );
    expect(drafts.map((draft) => [draft.key, draft.state, draft.after])).toEqual([
      ["b", "waiting", ["id-2", "old-dead"]],
      ["a", "ready", []],
    ]);
  });

  test("refuses the whole request when a dependency is not there or was cancelled", () => {
    const resolved = resolve({ gone: "cancelled" }, request(task("a"), task("b", "none")), request(task("c", "gone")));
    expect(codes(resolved)).toEqual(["HP5020", "HP5020"]);
    expect(resolved.drafts).toEqual([]);
  });

  test("refuses a circle, of one task too, and says which", () => {
    const resolved = resolve({}, request(task("a", "b"), task("b", "a")), request(task("c", "c")));
    expect(codes(resolved)).toEqual(["HP5021", "HP5021"]);
    const [first] = resolved.outcomes;
    expect(first?.ok === false && first.error.message).toContain("a → b → a");
  });

  test("lets a later request depend on an earlier one, and keeps a refused one from the others", () => {
    const resolved = resolve({}, request(task("a")), request(task("x", "none")), request(task("b", "a")));
    expect(codes(resolved)).toEqual(["ok", "HP5020", "ok"]);
    expect(resolved.drafts.map((draft) => draft.key)).toEqual(["a", "b"]);
  });

  test("does not ask about the dependencies of a task that is there already", () => {
    expect(codes(resolve({ a: "accepted" }, request(task("a", "forgotten"))))).toEqual(["ok"]);
  });

  test("looks every key up once", () => {
    expect(keysOf([request(task("a", "b"), task("b", "a"))]).map(({ key }) => key)).toEqual(["a", "b"]);
  });
});
