import { problem } from "@holdpoint/core";
import { storeProblems } from "@holdpoint/store";
import { describe, expect, test } from "vitest";
import { CommandQueue } from "./command-queue.ts";

/** A commit that waits until it is let go, so that what arrives meanwhile can be seen. */
function gatedCommit(): {
  batches: number[][];
  release: () => void;
  commit: (batch: readonly number[]) => Promise<number[]>;
} {
  const batches: number[][] = [];
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const commit = async (batch: readonly number[]): Promise<number[]> => {
    batches.push([...batch]);
    if (batches.length === 1) await gate;
    return batch.map((value) => value * 10);
  };
  return { batches, release, commit };
}

describe("a queue of commands", () => {
  test("commits what arrives at the same moment together, and answers each with its own", async () => {
    const batches: number[][] = [];
    const queue = new CommandQueue<number, number>(async (batch) => {
      batches.push([...batch]);
      return await Promise.resolve(batch.map((value) => value * 10));
    });
    expect(await Promise.all([queue.add(1), queue.add(2), queue.add(3)])).toEqual([10, 20, 30]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  test("makes the next batch of what arrives while one is being committed", async () => {
    const { batches, release, commit } = gatedCommit();
    const queue = new CommandQueue<number, number>(commit);
    const first = queue.add(1);
    await Promise.resolve();
    await Promise.resolve();
    const later = [queue.add(2), queue.add(3)];
    release();
    expect(await Promise.all([first, ...later])).toEqual([10, 20, 30]);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  test("puts no more into a batch than its bound", async () => {
    const sizes: number[] = [];
    const queue = new CommandQueue<number, number>(
      async (batch) => {
        sizes.push(batch.length);
        return await Promise.resolve([...batch]);
      },
      { maxBatch: 2 },
    );
    await Promise.all([1, 2, 3, 4, 5].map((value) => queue.add(value)));
    expect(sizes).toEqual([2, 2, 1]);
  });

  test("waits for its turn, takes what came meanwhile, and ends the turn with what it cost", async () => {
    const turns: ((end: (cost: number) => void) => void)[] = [];
    const costs: number[] = [];
    const queue = new CommandQueue<number, number>(
      async (batch) => {
        if (batch.includes(9)) throw new Error("not this one");
        return await Promise.resolve([...batch]);
      },
      { turn: () => new Promise((resolve) => turns.push(resolve)) },
    );
    const mine = (cost: number): void => void costs.push(cost);
    const first = queue.add(1);
    await Promise.resolve();
    const second = queue.add(2);
    turns.shift()?.(mine);
    expect(await Promise.all([first, second])).toEqual([1, 2]);
    const failing = queue.add(9);
    await new Promise((resolve) => setImmediate(resolve));
    turns.shift()?.(mine);
    await expect(failing).rejects.toThrow("not this one");
    await new Promise((resolve) => setImmediate(resolve));
    expect(costs).toEqual([2, 1]);
  });

  test("tells callers to slow down when too many wait", async () => {
    const { release, commit } = gatedCommit();
    const queue = new CommandQueue<number, number>(commit, { maxWaiting: 2 });
    const waiting = [queue.add(1), queue.add(2)];
    await expect(queue.add(3)).rejects.toMatchObject({ code: "HP5003" });
    release();
    expect(await Promise.all(waiting)).toEqual([10, 20]);
  });

  test("does not let one bad command fail its neighbours", async () => {
    const queue = new CommandQueue<number, number>(async (batch) => {
      if (batch.includes(2)) throw new Error("two cannot be stored");
      return await Promise.resolve([...batch]);
    });
    const results = await Promise.allSettled([queue.add(1), queue.add(2), queue.add(3)]);
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  test("tells everyone when the database is gone, without asking it once for each", async () => {
    let commits = 0;
    const queue = new CommandQueue<number, number>(async () => {
      commits += 1;
      return await Promise.reject(problem(storeProblems, "HP6010", { place: "here", detail: "gone" }));
    });
    const results = await Promise.allSettled([queue.add(1), queue.add(2)]);
    expect(results.map((result) => result.status)).toEqual(["rejected", "rejected"]);
    expect(commits).toBe(1);
  });

  test("goes on after a failure", async () => {
    let fails = true;
    const queue = new CommandQueue<number, number>(async (batch) => {
      if (fails) throw new Error("once");
      return await Promise.resolve([...batch]);
    });
    await expect(queue.add(1)).rejects.toThrow("once");
    fails = false;
    expect(await queue.add(2)).toBe(2);
  });

  test("takes a commit without a result for a bug", async () => {
    const queue = new CommandQueue<number, number>(async () => await Promise.resolve([]));
    await expect(queue.add(1)).rejects.toThrow("without a result");
  });
});
