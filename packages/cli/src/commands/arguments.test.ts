import { expect, test } from "vitest";
import type { CommandCall } from "../command.ts";
import { oneOf, wholeNumber } from "./arguments.ts";
import { callFolder } from "./call.testing.ts";

const BOUNDS = { least: 1, most: 1_000 };

function numberOf(text: string | undefined): number | undefined {
  const options: CommandCall["options"] = text === undefined ? {} : { mostOf: text };
  return wholeNumber(
    { args: [], options, out: process.stdout, err: process.stderr, env: {}, cwd: "/" },
    "mostOf",
    BOUNDS,
  );
}

test("a whole number is taken within its bounds, and is none when it was not given", () => {
  expect(["1", "1000", "007", undefined].map(numberOf)).toEqual([1, 1_000, 7, undefined]);
});

test.each(["0", "1001", "-1", "1.5", "1e2", " 1", "", "ten", "9".repeat(400)])(
  "%j is no whole number within 1 to 1000",
  async (text) => {
    const { code, err } = await callFolder().call(() => Promise.resolve(numberOf(text) ?? 0), []);
    expect(code).toBe(64);
    expect(err).toContain(`--most-of cannot be "${text.slice(0, 30)}`);
    expect(err).toContain("Write a whole number from 1 to 1000.");
  },
);

test("a word is taken whatever its case, and another one is told with those that are known", async () => {
  expect(oneOf("--kind", " Plan ", ["plan", "task"])).toBe("plan");
  const { code, err } = await callFolder().call(() => Promise.resolve(oneOf("--kind", "plans", ["plan"]).length), []);
  expect([code, err]).toEqual([64, expect.stringContaining('--kind cannot be "plans".')]);
  expect(err).toContain("Write one of plan.");
});
