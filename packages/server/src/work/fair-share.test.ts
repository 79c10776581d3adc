import { describe, expect, test } from "vitest";
import { createFairShare, type FairShare } from "./fair-share.ts";

/** Virtual time of a load: whoever runs takes as long as its turn costs, and nothing else takes any. */
class VirtualLoad {
  readonly took = new Map<string, number>();
  readonly waits = new Map<string, number[]>();
  now = 0;
  readonly #share: FairShare;
  readonly #running: { readonly until: number; readonly end: () => void }[] = [];

  constructor(share: FairShare) {
    this.#share = share;
  }

  /** Asks again as soon as its turn is over. */
  async always(name: string, cost: number): Promise<void> {
    const asked = this.now;
    const end = await this.#share.turn(name);
    this.waits.set(name, [...(this.waits.get(name) ?? []), this.now - asked]);
    this.took.set(name, (this.took.get(name) ?? 0) + cost);
    this.#running.push({
      until: this.now + cost,
      end: () => {
        end(cost);
        void this.always(name, cost);
      },
    });
  }

  async run(until: number): Promise<void> {
    while (this.now < until) {
      // Everyone whose turn it is begins before time goes on.
      for (let turns = 0; turns < 5; turns += 1) await Promise.resolve();
      const first = this.#running.sort((a, b) => a.until - b.until).shift();
      if (first === undefined) throw new Error("nobody runs although everybody asks");
      this.now = first.until;
      first.end();
    }
  }
}

describe("a fair share", () => {
  test("gives each of ten tenants its part although one of them brings 90 % of the load", async () => {
    const load = new VirtualLoad(createFairShare(1));
    void load.always("heavy", 1_000);
    for (let light = 0; light < 9; light += 1) void load.always(`light-${light}`, 11);
    await load.run(200_000);
    const heavy = load.took.get("heavy") ?? 0;
    const lights = [...load.took].filter(([name]) => name !== "heavy").map(([, took]) => took);
    // Turns are never cut: one of the heavy tenant's is the grain. Empty costs count too, 10 for each turn.
    expect(heavy).toBeLessThanOrEqual(2 * Math.max(...lights) + 1_000);
    expect(Math.min(...lights)).toBeGreaterThan(0.8 * Math.max(...lights));
  });

  test("lets a light tenant wait for one turn of the heavy one at most", async () => {
    const load = new VirtualLoad(createFairShare(1));
    void load.always("heavy", 1_000);
    for (let light = 0; light < 3; light += 1) void load.always(`light-${light}`, 10);
    await load.run(100_000);
    const longest = Math.max(...[0, 1, 2].flatMap((light) => load.waits.get(`light-${light}`) ?? []));
    expect(longest).toBeLessThanOrEqual(1_000 + 3 * 10);
  });

  test("leaves a place to others while the heavy tenant has its turn", async () => {
    const load = new VirtualLoad(createFairShare(2));
    void load.always("heavy", 1_000);
    void load.always("light", 10);
    await load.run(10_000);
    expect(Math.max(...(load.waits.get("light") ?? []))).toBe(0);
  });

  test("gives nothing in advance to a tenant that did nothing for a while", async () => {
    const share = createFairShare(1);
    for (let turn = 0; turn < 50; turn += 1) (await share.turn("busy"))(100);
    const order: string[] = [];
    const first = await share.turn("busy");
    const take = async (name: string): Promise<void> => {
      const end = await share.turn(name);
      order.push(name);
      end(100);
    };
    const rest = ["idle", "busy", "idle", "busy"].map(take);
    first(100);
    await Promise.all(rest);
    expect(order.slice(0, 3)).toContain("busy");
  });

  test("ends a turn once, however often it is told", async () => {
    const share = createFairShare(1);
    const end = await share.turn("a");
    const second = share.turn("b");
    const third = share.turn("c");
    end(1);
    end(1);
    await second;
    expect(share.waiting).toBe(1);
    (await second)(1);
    await third;
  });

  test("needs a place", () => {
    expect(() => createFairShare(0)).toThrow(RangeError);
  });
});
