import { describe, expect, it } from "vitest";
import { demandsOfWork, mayCompare } from "./work-demands.ts";

function demands(text: string, ticked = true): string[] {
  return demandsOfWork(text, ticked).map(
    ({ criterion }) => `${criterion?.kind} ${criterion?.op} ${String(criterion?.value)} ${criterion?.unit}`,
  );
}

describe("demands in the text of a task", () => {
  it.each<[string, string[]]>([
    ["Keep the bundle under 60 KB", ["absolute < 60 KB"]],
    ["Must finish in under 120 ms for a large sheet", ["absolute < 120 ms"]],
    ["Lines: > 80%", ["absolute > 80 %"]],
    ["Sample run: at least 92% of totals correct", ["absolute >= 92 %"]],
    ["Noise: fewer than 2 bells over 14 days", ["absolute < 2 null", "window >= 14 d"]],
    ["Coverage meets or exceeds 80%", ["absolute >= 80 %"]],
    ["Coverage of 80% or more", ["absolute >= 80 %"]],
    ["Latenz über 5 ms", ["absolute > 5 ms"]],
    ["Abdeckung: mindestens 80 %", ["absolute >= 80 %"]],
    ["0 lint warnings", ["absolute = 0 null"]],
    ["오류 0건", ["absolute = 0 null"]],
  ])("are what has to be so: %s", (text, expected) => {
    expect(demands(text)).toEqual(expected);
    expect(mayCompare(text)).toBe(true);
  });

  it.each([
    "Support uploads > 100 MB",
    "Purge rows over 30 days",
    "Alert when latency > 500 ms",
    "Cut the storm: jitter, max 3 tries",
    "Time out after 8 s",
    "Add at least 3 unit tests per module",
    "Add 5 or more unit tests",
    "Measure the start (p95 = 420ms)",
    "Compare totals for 7 days",
  ])("are none where a number sets, counts or selects: %s", (text) => {
    expect(demands(text)).toEqual([]);
  });

  it("count without a box only where the comparison stands by itself", () => {
    expect(demands("Write the docs and reach <4h onboarding time", false)).toEqual([]);
    expect(demands("Smaller bundle: under 180 KB", false)).toEqual(["absolute < 180 KB"]);
  });

  it("are not looked for where nothing is compared", () => {
    expect(mayCompare("T12 Build part 5 of the service in src/part-5.ts (depends on T11)")).toBe(false);
  });
});
