import { describe, expect, it } from "vitest";
import { gatesOf, itemsOf, readText } from "../testing/read-text.ts";

describe("a row that begins with the number of a stage", () => {
  const plan = (stage: string, head: string): string =>
    `# P\n\n## ${stage} 1: Base\n\n- [ ] dig\n\n## Overview\n\n| ${head} | Status |\n|---|---|\n| 1. Groundwork | ✅ |\n`;

  it.each([
    ["Phase", "Phase"],
    ["Phase", "Fase"],
    ["Fase", "Fase"],
    ["Phase", "Phase (weeks)"],
    ["Phase", "📌 Phases"],
    ["Week", "Week"],
  ])("tells of it again: %s under %s", (stage, head) => {
    const text = plan(stage, head);
    expect(itemsOf(text)).toHaveLength(2);
    expect(readText(text).restated).toMatchObject([{ line: 11, claimed: "done" }]);
  });

  it("states what the stage delivers, however that column is dressed", () => {
    const text =
      "# P\n\n| Phase | 📌 Deliverables (draft) | Status |\n|---|---|---|\n| Phase 1: Base | Cracks < 2 mm, load < 200 ms | open |\n";
    expect(gatesOf(text)).toContain("5 < 200 ms");
  });
});

describe("a row that tells of a check box by its id", () => {
  it.each(["Target", "Gate"])("states what it asks for under %s", (head) => {
    const text = `# P\n\n- [x] **WALL-01**: bricks\n\n## Traceability\n\n| Requirement | ${head} | Status |\n|---|---|---|\n| WALL-01 | < 200 ms | Complete |\n`;
    expect(itemsOf(text)).toEqual(["3 task done"]);
    expect(gatesOf(text)).toEqual(["9 < 200 ms"]);
  });
});
