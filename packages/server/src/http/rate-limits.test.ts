import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LimitState } from "./guards.ts";
import type { Principal } from "./principal.ts";
import { createRateLimits, type SharedCount } from "./rate-limits.ts";
import { hasRedis, type TestRedis, testRedis } from "./redis.testing.ts";
import { createRedisCount, type RedisCount } from "./redis-count.ts";
import { TokenBuckets } from "./token-bucket.ts";

const caller = (tokenId: string | null, more: Partial<Principal> = {}): Principal => ({
  tenant: "north",
  name: "n",
  tokenId,
  scopes: new Set(),
  ...more,
});

describe("a limit", () => {
  test("lets two seconds' worth come at once, then as many as it says, and tells when to come again", async () => {
    let now = 0;
    const limits = createRateLimits({ perSecond: 10, now: () => now });
    const take = async (): Promise<LimitState | null> => await limits.take(caller("a"));
    for (let left = 19; left >= 0; left -= 1)
      expect(await take()).toMatchObject({ allowed: true, remaining: left, limit: 10 });
    expect(await take()).toEqual({ allowed: false, remaining: 0, limit: 10, retryAfterMs: 100 });
    now = 100;
    expect(await take()).toMatchObject({ allowed: true });
    expect(await take()).toMatchObject({ allowed: false });
  });

  test("is each token's own, may be another for a token, or none", async () => {
    const limits = createRateLimits({ perSecond: 1, now: () => 0 });
    const allowed = async (who: Principal): Promise<number> => {
      let count = 0;
      for (let time = 0; time < 100; time += 1) if ((await limits.take(who))?.allowed !== false) count += 1;
      return count;
    };
    expect(await allowed(caller("a"))).toBe(2);
    expect(await allowed(caller("b"))).toBe(2);
    expect(await allowed(caller("a", { tenant: "south" }))).toBe(2);
    expect(await allowed(caller(null))).toBe(2);
    expect(await allowed(caller("c", { rateLimit: 20 }))).toBe(40);
    expect(await allowed(caller("d", { rateLimit: 0 }))).toBe(100);
    expect(await allowed(caller("e", { rateLimit: null }))).toBe(2);
  });

  test("never lets more through than the burst and the time since, whatever the pauses", () => {
    const check = fc.check(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 }), (pauses) => {
        let now = 0;
        let allowed = 0;
        const buckets = new TokenBuckets(() => now);
        for (const pause of pauses) {
          now += pause;
          if (buckets.take("a", { perSecond: 3, burst: 6 }).allowed) allowed += 1;
        }
        return allowed <= 6 + (now / 1_000) * 3 + 1e-6;
      }),
    );
    expect(check.failed).toBe(false);
  });

  test("holds and is no error while the shared count fails, which is left alone after three failures", async () => {
    let now = 0;
    let asked = 0;
    let works = false;
    const shared: SharedCount = {
      take: async () => {
        asked += 1;
        if (!works) throw new Error("away");
        return { allowed: true, left: 5 };
      },
    };
    const limits = createRateLimits({ perSecond: 5, now: () => now, shared });
    const states: boolean[] = [];
    for (let time = 0; time < 30; time += 1) states.push((await limits.take(caller("a")))?.allowed === true);
    expect([states.filter(Boolean).length, asked]).toEqual([10, 3]);
    now = 5_000;
    await Promise.all(Array.from({ length: 10 }, async () => await limits.take(caller("a"))));
    expect(asked).toBe(4);
    works = true;
    now = 10_000;
    expect(await limits.take(caller("a"))).toMatchObject({ allowed: true, remaining: 5 });
    await limits.take(caller("a"));
    expect(asked).toBe(6);
  });
});

describe.skipIf(!hasRedis())("a limit in Redis", () => {
  let redis: TestRedis;
  const counts: RedisCount[] = [];

  beforeAll(async () => {
    redis = await testRedis();
    await redis.start();
  });

  afterAll(async () => {
    for (const count of counts) count.close();
    await redis.stop();
  });

  async function replica(perSecond: number): Promise<(tokenId: string) => Promise<boolean>> {
    const count = createRedisCount(redis.url);
    counts.push(count);
    await expect
      .poll(() =>
        count.take("ready", { perSecond: 1, burst: 1 }).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    const limits = createRateLimits({ perSecond, now: () => performance.now(), shared: count });
    return async (tokenId) => (await limits.take(caller(tokenId)))?.allowed === true;
  }

  test("is shared by replicas, holds while Redis is killed, and is shared again afterwards", {
    timeout: 60_000,
  }, async () => {
    const [one, two] = [await replica(1), await replica(1)];
    const both = async (id: string): Promise<number> => {
      const all = await Promise.all(Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? one(id) : two(id))));
      return all.filter(Boolean).length;
    };
    expect(await both("shared")).toBeLessThanOrEqual(3);
    await redis.stop();
    const alone = await both("alone");
    // Each replica's own bucket: limited all the same.
    expect(alone).toBeGreaterThanOrEqual(2);
    expect(alone).toBeLessThanOrEqual(6);
    await redis.start();
    await expect
      .poll(async () => both(`back-${performance.now()}`), { timeout: 30_000, interval: 500 })
      .toBeLessThanOrEqual(2);
  });
});
