import { describe, expect, test } from "vitest";
import { createSystemRuntime } from "../system-runtime.ts";
import { HandOut } from "./hand-out.ts";
import { createMemoryWorkStore } from "./work.memory.ts";
import type { Claim, ClaimRequest, WorkStore } from "./work.types.ts";

const PLAIN = { capabilities: [], priority: 0, dependsOn: [], maxAttempts: 3, runAt: null, concurrencyKey: null };

function open(): { work: WorkStore; handOut: HandOut } {
  const work = createMemoryWorkStore(createSystemRuntime());
  return { work, handOut: new HandOut(work, () => Date.now()) };
}

function request(agent: string): ClaimRequest {
  return { agent, capabilities: [], owner: agent, leaseTtlMs: 60_000 };
}

function keys(claims: readonly Claim[]): readonly string[] {
  return claims.map(({ key }) => key);
}

describe("handing out work", () => {
  test("gives what becomes ready to who waits, one each", async () => {
    const { work, handOut } = open();
    const hungUp = new AbortController();
    const waiting = ["ada", "bob"].map((agent) => handOut.claim(request(agent), 60_000, hungUp.signal));
    await work.create({ queue: "q", tasks: ["a", "b"].map((key) => ({ ...PLAIN, key, title: key })), by: "kim" });
    handOut.wake();
    expect((await Promise.all(waiting)).flatMap(keys)).toEqual(["a", "b"]);
    expect(handOut.waiting).toBe(0);
  });

  test("finds the agent for whom a task is reserved behind more waiting ones than are asked at once", async () => {
    const { work, handOut } = open();
    const [created] = await work.create({ queue: "q", tasks: [{ ...PLAIN, key: "a", title: "a" }], by: "kim" });
    await work.assign({ taskId: created?.taskId ?? "", by: "kim", agent: "meant" });
    const callers = Array.from({ length: 300 }, () => new AbortController());
    const others = callers.map(({ signal }, at) => handOut.claim(request(`a-${at}`), 60_000, signal));
    const meant = handOut.claim(request("meant"), 60_000, new AbortController().signal);
    expect(keys(await meant)).toEqual(["a"]);
    for (const caller of callers) caller.abort();
    expect((await Promise.all(others)).flat()).toEqual([]);
  });

  test("gives back what it was given for a caller that hung up", async () => {
    const { work, handOut } = open();
    const hungUp = new AbortController();
    await work.create({ queue: "q", tasks: [{ ...PLAIN, key: "a", title: "a" }], by: "kim" });
    const asked = handOut.claim(request("ada"), 60_000, hungUp.signal);
    hungUp.abort();
    expect(await asked).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect((await work.list()).map(({ state, tries }) => [state, tries])).toEqual([["ready", 0]]);
  });
});
