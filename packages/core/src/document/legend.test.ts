import { describe, expect, it } from "vitest";
import { readPlan } from "./read-plan.ts";

function states(text: string): string[] {
  return readPlan(new TextEncoder().encode(text), { fileName: "PLAN.md" }).items.map(({ claimed }) => claimed);
}

describe("a document's own legend", () => {
  it("says what its marks mean, in one line", () => {
    expect(states("# P\n\nLegend: ✅ done, 🚧 blocked\n\n## Phase 1: A\n\n- 🚧 one\n- ✅ two\n")).toEqual([
      "unknown",
      "blocked",
      "done",
    ]);
  });

  it("says what its boxes mean, in a section of its own", () => {
    const boxes = "- [-] one\n- [ ] two\n";
    expect(states(`# P\n\n${boxes}`)).toEqual(["cancelled", "pending"]);
    const legend = "## Key\n\n`[-]` in progress, `[ ]` todo\n\n";
    expect(states(`# P\n\n${legend}## Work\n\n${boxes}`).slice(-2)).toEqual(["in_progress", "pending"]);
  });

  it("changes nothing where it explains fewer than two marks", () => {
    expect(states("# P\n\nLegend: 🚧 blocked\n\n## Phase 1: A\n\n- 🚧 one\n")).toEqual(["unknown", "in_progress"]);
  });
});
