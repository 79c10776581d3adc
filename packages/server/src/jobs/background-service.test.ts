import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type BackgroundServiceParts, createBackgroundService, type RoundOutcome } from "./background-service.ts";

let rounds: RoundOutcome<number>[];
let fails: boolean;
let began: number[];

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  rounds = [];
  began = [];
  fails = false;
});

afterEach(() => {
  vi.useRealTimers();
});

function service(more: Partial<BackgroundServiceParts<number>> = {}): ReturnType<typeof createBackgroundService> {
  return createBackgroundService<number>({
    name: "sweep",
    everyMs: 100,
    backOffMs: 800,
    random: () => 0.5,
    runOnce: () => {
      began.push(Date.now());
      return fails ? Promise.reject(new Error("odd")) : Promise.resolve(began.length);
    },
    onRound: (round) => rounds.push(round),
    ...more,
  });
}

describe("a background service", () => {
  test("has a round at once, and then one after each pause", async () => {
    const one = service();
    one.start();
    one.start();
    await vi.advanceTimersByTimeAsync(250);
    await one.stop();
    expect(began).toEqual([0, 100, 200]);
    expect(rounds).toMatchObject([{ name: "sweep", ok: true, result: 1 }, { ok: true }, { ok: true }]);
  });

  test("waits twice as long after each round that fails, up to its bound, and as before after a good one", async () => {
    fails = true;
    const one = service();
    one.start();
    await vi.advanceTimersByTimeAsync(3_100);
    expect(began).toEqual([0, 200, 600, 1400, 2200, 3000]);
    expect(rounds[0]).toMatchObject({ ok: false, error: new Error("odd") });
    fails = false;
    await vi.advanceTimersByTimeAsync(1_000);
    await one.stop();
    expect(began.slice(6)).toEqual([3800, 3900, 4000, 4100].slice(0, began.length - 6));
  });

  test("spreads its pauses by chance, a tenth at most", async () => {
    const one = service({ random: () => 0 });
    one.start();
    await vi.advanceTimersByTimeAsync(95);
    await one.stop();
    expect(began).toEqual([0, 90]);
  });

  test("begins the next round at once when it is woken, also during a round", async () => {
    let end = (): void => undefined;
    const one = service({
      runOnce: () => {
        began.push(Date.now());
        return began.length > 1
          ? Promise.resolve(0)
          : new Promise((resolve) => {
              end = () => resolve(0);
            });
      },
    });
    one.start();
    one.wake();
    end();
    await vi.advanceTimersByTimeAsync(10);
    expect(began).toEqual([0, 0]);
    one.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(began).toEqual([0, 0, 10]);
    await one.stop();
  });

  test("tells the round that runs to end when it is stopped, and waits for it", async () => {
    let ended = false;
    const one = service({
      runOnce: (signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () =>
            setTimeout(() => {
              ended = true;
              resolve(0);
            }, 50),
          );
        }),
    });
    one.start();
    const stopped = one.stop();
    await vi.advanceTimersByTimeAsync(60);
    await stopped;
    expect(ended).toBe(true);
    await one.stop();
  });

  test.each([
    [0, 10],
    [10, 9],
    [Number.NaN, 10],
  ])("refuses a pause of %d with a back-off of %d", (everyMs, backOffMs) => {
    expect(() => service({ everyMs, backOffMs })).toThrow(RangeError);
  });
});
