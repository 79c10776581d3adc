import { readPlan } from "@holdpoint/core";
import { describe, expect, test } from "vitest";
import { comparePlans } from "./compare-plans.ts";

function compare(before: string, after: string): ReturnType<typeof comparePlans> {
  const read = (text: string): ReturnType<typeof readPlan> =>
    readPlan(new TextEncoder().encode(text), { fileName: "p.md" });
  return comparePlans(read(before), read(after));
}

describe("comparing two revisions", () => {
  test("finds nothing where only lines moved", () => {
    expect(compare("# P\n\n- [ ] A-1 a\n", "# P\n\n\n\n- [ ] A-1 a\n")).toEqual({ items: [], gates: [] });
  });

  test("tells what was added, removed and changed, and in which fields", () => {
    const { items } = compare("# P\n\n- [ ] A-1 a\n- [ ] A-2 b\n", "# P\n\n- [x] A-1 a\n- [ ] A-3 c\n");
    expect(items.map(({ change, title }) => [change, title])).toEqual(
      expect.arrayContaining([
        ["added", expect.stringContaining("c")],
        ["removed", expect.stringContaining("b")],
        ["changed", expect.stringContaining("a")],
      ]),
    );
    expect(items.find(({ change }) => change === "changed")?.fields).toContain("claimed");
  });

  test("tells of gates by their text", () => {
    const plan = (bound: number): string => `# P\n\n- [ ] A-1 a\n\n**Quality Gates**:\n\n- [ ] Coverage: >=${bound}%\n`;
    expect(compare(plan(80), plan(90)).gates.length).toBeGreaterThan(0);
    expect(compare(plan(80), plan(80)).gates).toEqual([]);
  });
});
