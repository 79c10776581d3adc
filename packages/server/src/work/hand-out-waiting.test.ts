import { describe, expect, test, vi } from "vitest";
import { HandOut } from "./hand-out.ts";
import type { AttemptRef, Claim, ClaimRequest, CommandOutcome } from "./work.types.ts";

/** A store of work that holds as many tasks as it is given. */
class Shelf {
  tasks = 0;
  asked = 0;
  looked = 0;
  due: number | null = null;
  failure: Error | null = null;
  slow: Promise<void> | null = null;
  readonly released: AttemptRef[] = [];

  async claim(request: ClaimRequest): Promise<readonly Claim[]> {
    this.asked += 1;
    await this.slow;
    if (this.failure !== null) throw this.failure;
    if (this.tasks === 0) return [];
    this.tasks -= 1;
    const taskId = `t${this.tasks}`;
    const more = {
      key: taskId,
      title: taskId,
      attempt: 1,
      tries: 0,
      maxAttempts: 3,
      expiresAt: 0,
      gates: [],
      missing: [],
    };
    return [{ taskId, planId: request.planId ?? "p", ...more }];
  }

  release(command: AttemptRef): Promise<CommandOutcome> {
    this.released.push({ taskId: command.taskId, attempt: command.attempt });
    return Promise.resolve({ ok: true, state: "ready", attempt: command.attempt, tries: 0 });
  }

  reservedAgents(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  nextDueAt(): Promise<number | null> {
    this.looked += 1;
    return Promise.resolve(this.due);
  }
}

const request: ClaimRequest = { agent: "a", capabilities: [], owner: "o", leaseTtlMs: 1000 };

function never(): AbortSignal {
  return new AbortController().signal;
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe("handing out work", () => {
  test("answers at once when asked not to wait", async () => {
    const shelf = new Shelf();
    expect(await new HandOut(shelf, Date.now).claim(request, 0, never())).toEqual([]);
    shelf.tasks = 1;
    expect(await new HandOut(shelf, Date.now).claim(request, 0, never())).toHaveLength(1);
  });

  test("gives a caller that waits what becomes ready, as soon as it is woken", async () => {
    const shelf = new Shelf();
    const handOut = new HandOut(shelf, Date.now);
    const waiting = handOut.claim(request, 60_000, never());
    await settled();
    expect(handOut.waiting).toBe(1);
    shelf.tasks = 1;
    handOut.wake();
    expect(await waiting).toMatchObject([{ taskId: "t0" }]);
    expect(handOut.waiting).toBe(0);
    expect(handOut.lookedAt).not.toBeNull();
  });

  test("serves callers first come first served", async () => {
    const shelf = new Shelf();
    const handOut = new HandOut(shelf, Date.now);
    const order: string[] = [];
    const calls = ["a", "b", "c"].map((agent) =>
      handOut.claim({ ...request, agent }, 60_000, never()).then(() => order.push(agent)),
    );
    await settled();
    for (let tasks = 0; tasks < 3; tasks += 1) {
      shelf.tasks = 1;
      handOut.wake();
      await settled();
      await settled();
    }
    await Promise.all(calls);
    expect(order).toEqual(["a", "b", "c"]);
  });

  test("answers with nothing when the time is up", async () => {
    vi.useFakeTimers();
    try {
      const handOut = new HandOut(new Shelf(), Date.now);
      const waiting = handOut.claim(request, 5_000, never());
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await waiting).toEqual([]);
      expect(handOut.waiting).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test("keeps nothing for a caller that had hung up before it asked", async () => {
    const handOut = new HandOut(new Shelf(), Date.now);
    expect(await handOut.claim(request, 60_000, AbortSignal.abort())).toEqual([]);
    expect(handOut.waiting).toBe(0);
  });

  test("gives the work back that a caller hung up on", async () => {
    const shelf = new Shelf();
    shelf.tasks = 1;
    let answer = (): void => undefined;
    shelf.slow = new Promise((resolve) => {
      answer = resolve;
    });
    const handOut = new HandOut(shelf, Date.now);
    const caller = new AbortController();
    const waiting = handOut.claim(request, 60_000, caller.signal);
    await settled();
    caller.abort();
    answer();
    expect(await waiting).toEqual([]);
    await vi.waitFor(() => expect(shelf.released).toEqual([{ taskId: "t0", attempt: 1 }]));
  });

  test("tells its callers when the store fails, and goes on for the next", async () => {
    const shelf = new Shelf();
    shelf.failure = new Error("away");
    const handOut = new HandOut(shelf, Date.now);
    await expect(handOut.claim(request, 60_000, never())).rejects.toThrow("away");
    shelf.failure = null;
    shelf.tasks = 1;
    expect(await handOut.claim(request, 60_000, never())).toHaveLength(1);
  });

  test("looks again when a resting task becomes due", async () => {
    vi.useFakeTimers({ now: 1_000 });
    try {
      const shelf = new Shelf();
      shelf.due = 1_200;
      const handOut = new HandOut(shelf, Date.now);
      const waiting = handOut.claim(request, 60_000, never());
      await vi.advanceTimersByTimeAsync(199);
      shelf.tasks = 1;
      shelf.due = null;
      await vi.advanceTimersByTimeAsync(2);
      expect(await waiting).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });

  test("keeps callers of different kinds apart: one without work does not hold up another", async () => {
    const shelf = new Shelf();
    const handOut = new HandOut(shelf, Date.now);
    const rare = new AbortController();
    const first = handOut.claim({ ...request, capabilities: ["rare"] }, 60_000, rare.signal);
    const second = handOut.claim({ ...request, planId: "q" }, 60_000, never());
    await settled();
    shelf.tasks = 2;
    handOut.wake();
    expect(await second).toMatchObject([{ planId: "q" }]);
    expect(await first).toHaveLength(1);
  });

  test("asks for ten thousand idle callers at most a batch of 250 a second, which the store answers by one query", async () => {
    vi.useFakeTimers({ now: 0 });
    try {
      const shelf = new Shelf();
      const handOut = new HandOut(shelf, Date.now);
      const gone = new AbortController();
      const calls = Array.from({ length: 10_000 }, () => handOut.claim(request, 120_000, gone.signal));
      await vi.advanceTimersByTimeAsync(50);
      expect(handOut.waiting).toBe(10_000);
      shelf.asked = 0;
      shelf.looked = 0;
      await vi.advanceTimersByTimeAsync(10_000);
      // All 250 of a look are alike, so that the command queue makes one statement of them.
      expect(shelf.looked).toBeLessThanOrEqual(10);
      expect(shelf.asked).toBeLessThanOrEqual(10 * 250);
      gone.abort();
      expect((await Promise.all(calls)).flat()).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });
});
