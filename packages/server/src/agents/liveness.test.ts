import { describe, expect, test } from "vitest";
import { stateOf } from "./liveness.ts";

const NOW = 1_000_000;
const NEVER = { seenAt: null, answeredAt: null, offers: 0, droppedAt: null };

describe("how an agent is", () => {
  test.each([
    ["waits for work in an open call", { ...NEVER, offers: 1 }, "healthy"],
    ["renewed a lease a moment ago", { ...NEVER, answeredAt: NOW - 30_000 }, "healthy"],
    ["pings and answers nothing", { ...NEVER, seenAt: NOW, answeredAt: NOW - 30_001 }, "silent"],
    ["pings and never asked for work", { ...NEVER, seenAt: NOW }, "silent"],
    ["was not heard of for two minutes", { ...NEVER, seenAt: NOW - 120_001, answeredAt: NOW - 120_001 }, "gone"],
    ["was never heard of", NEVER, "gone"],
    ["answered, and then its connection dropped", { ...NEVER, answeredAt: NOW - 10, droppedAt: NOW - 5 }, "silent"],
    ["answered after its connection had dropped", { ...NEVER, answeredAt: NOW - 5, droppedAt: NOW - 10 }, "healthy"],
  ])("one that %s", (_, signs, state) => {
    expect(stateOf(signs, NOW)).toBe(state);
  });
});
