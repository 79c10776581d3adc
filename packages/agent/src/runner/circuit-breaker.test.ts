import { beforeEach, describe, expect, it } from "vitest";
import { CircuitBreaker } from "./circuit-breaker.ts";

describe("the breaker of a runner's way to the server", () => {
  let now: number;
  let breaker: CircuitBreaker;

  beforeEach(() => {
    now = 0;
    breaker = new CircuitBreaker(
      () => now,
      () => 1,
    );
  });

  function fail(times: number): void {
    for (let count = 0; count < times; count += 1) breaker.failure();
  }

  it("lets all calls through until five in a row have failed", () => {
    fail(4);
    expect([breaker.state, breaker.allows()]).toEqual(["closed", true]);
    breaker.success();
    fail(4);
    expect([breaker.state, breaker.allows()]).toEqual(["closed", true]);
    fail(1);
    expect([breaker.state, breaker.allows()]).toEqual(["open", false]);
  });

  it("lets one call try when its rest is over, and no other beside it", () => {
    fail(5);
    now = 999;
    expect([breaker.state, breaker.allows()]).toEqual(["open", false]);
    now = 1_000;
    expect([breaker.state, breaker.allows(), breaker.allows(), breaker.state]).toEqual([
      "trying",
      true,
      false,
      "trying",
    ]);
  });

  it("is closed again once the call that tried was answered", () => {
    fail(5);
    now = 1_000;
    breaker.allows();
    breaker.success();
    expect([breaker.state, breaker.allows(), breaker.allows()]).toEqual(["closed", true, true]);
    fail(4);
    expect(breaker.state).toBe("closed");
  });

  it("rests twice as long after each try that failed, half a minute at most", () => {
    fail(5);
    const rests: number[] = [];
    for (let tries = 0; tries < 7; tries += 1) {
      const from = now;
      while (!breaker.allows()) now += 500;
      rests.push(now - from);
      breaker.failure();
    }
    expect(rests).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it("rests between half of that and all of it, by chance, so that many runners do not come at once", () => {
    const early = new CircuitBreaker(
      () => now,
      () => 0,
    );
    for (let count = 0; count < 5; count += 1) early.failure();
    now = 499;
    expect(early.allows()).toBe(false);
    now = 500;
    expect(early.allows()).toBe(true);
  });

  it("counts failures of calls that began before it opened, without letting more through", () => {
    fail(5);
    fail(3);
    now = 7_999;
    expect(breaker.allows()).toBe(false);
    now = 8_000;
    expect(breaker.allows()).toBe(true);
  });
});
