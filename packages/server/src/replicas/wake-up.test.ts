import { describe, expect, test } from "vitest";
import { readWakeUp, wakeUpTexts } from "./wake-up.ts";

describe("a wake-up", () => {
  test("is read as it was told", () => {
    const told = { committed: new Set(["north", "south"]), ready: new Set(["north"]), flags: new Set(["*"]) };
    expect(wakeUpTexts("a", told).map(readWakeUp)).toEqual([
      { from: "a", tenants: { committed: ["north", "south"], ready: ["north"], flags: ["*"] } },
    ]);
  });

  test("of a replica that knows fewer kinds or more is read too", () => {
    const tenants = { committed: [], ready: ["north"], flags: [] };
    expect(readWakeUp('{"from":"a","ready":["north"]}')).toEqual({ from: "a", tenants });
    expect(readWakeUp('{"from":"a","ready":["north"],"later":7}')).toEqual({ from: "a", tenants });
  });

  test("of very many tenants is told in several notifications, each short enough, with none left out", () => {
    const names = Array.from({ length: 1_000 }, (_, at) => `tenant-${at}-${"x".repeat(40)}`);
    const texts = wakeUpTexts("a", { committed: new Set(names), ready: new Set(names), flags: new Set() });
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThan(8_000);
    const told = texts.map(readWakeUp);
    expect(told.flatMap((one) => one?.tenants.committed ?? [])).toEqual(names);
    expect(told.flatMap((one) => one?.tenants.ready ?? [])).toEqual(names);
  });

  test("of nobody is told not at all", () => {
    expect(wakeUpTexts("a", { committed: new Set(), ready: new Set(), flags: new Set() })).toEqual([]);
  });

  test.each([
    "",
    "null",
    "7",
    "{}",
    '{"from":1,"committed":[],"ready":[]}',
    '{"from":"a","committed":[1],"ready":[]}',
    '{"from":"a","committed":[],"ready":[],"flags":"x"}',
    '{"from":"a","ready":{"0":"north"}}',
    '["a"]',
  ])("is nothing when somebody sends %s", (text) => {
    expect(readWakeUp(text)).toBeNull();
  });
});
