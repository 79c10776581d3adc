import { expect, test } from "vitest";
import { checkWorld } from "./check-world.ts";
import { catchBug, PLANTED_BUGS } from "./planted-bugs.ts";
import { runSeeds } from "./run-seeds.ts";
import { smallestFailure, tellFailure } from "./tell-failure.ts";
import { World } from "./world.ts";

/** Worlds in which each planted bug must be found, from this seed on. */
const [MOST_WORLDS, SEED] = [300, 20_260_101];

test("every rule holds in worlds with all kinds of failures, and most of their work is accepted", async () => {
  const { runs, failed, tasks, accepted, faults } = await runSeeds(1, 100);
  expect(failed).toBeNull();
  expect(runs).toBe(100);
  expect(accepted / tasks).toBeGreaterThan(0.75);
  expect(Object.keys(faults)).toHaveLength(17);
});

test("all of a world's work is accepted when nothing fails, neither agents nor anything else", async () => {
  const world = new World({ seed: 3, kinds: [] });
  const history = await world.run();
  expect(checkWorld(history)).toEqual([]);
  expect([...world.faults.counts]).toEqual([]);
});

test("a seed is a world: the same one happens again, and another one is another", async () => {
  const [first, again, other] = [await of(11), await of(11), await of(12)];
  expect(first.length).toBeGreaterThan(20);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test.each(PLANTED_BUGS)("finds that $name, by the rule of $rule", async (bug) => {
  expect(await catchBug(bug, SEED, MOST_WORLDS)).toMatchObject({ worlds: expect.any(Number) });
});

test("a failure is told with its seed, its faults, the rule and what happened to the task, and needs few faults", async () => {
  const bug = PLANTED_BUGS.find(({ name }) => name === "the fence is not looked at");
  const { worlds } = await catchBug(bug ?? { name: "", rule: "fence held", options: {} }, SEED, MOST_WORLDS);
  const seed = SEED + (worlds ?? 0) - 1;
  const smallest = await smallestFailure({ ...bug?.options, seed });
  expect(smallest.kinds.length).toBeLessThan(10);
  const told = tellFailure(smallest);
  expect(told).toContain(`seed ${seed}: `);
  expect(told).toContain(`with faults of ${smallest.kinds.join(", ")}`);
  expect(told).toMatch(/fence held \(what is done for a task/);
  expect(told).toMatch(/store {2}[PQ]\d+ ready -> leased by claim of server-\d/);
  expect(told).toContain(`npm run simulate -- --runs 1 --seed ${seed}`);
});

test("leaves the timers, the clock and the network of the program as they were", async () => {
  const before = [globalThis.setTimeout, globalThis.setInterval, globalThis.fetch];
  await new World({ seed: 1 }).run();
  expect([globalThis.setTimeout, globalThis.setInterval, globalThis.fetch]).toEqual(before);
  expect(Object.hasOwn(performance, "now")).toBe(false);
});

async function of(seed: number): Promise<readonly unknown[]> {
  return (await new World({ seed }).run()).records;
}
