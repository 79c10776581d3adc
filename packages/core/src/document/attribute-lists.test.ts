import { describe, expect, it } from "vitest";
import { itemsOf, readText } from "../testing/read-text.ts";

const plan = (...entries: string[]): string =>
  `# P\n\n## Phase 1: Walls\n\n${entries.map((one) => `- ${one}\n`).join("")}`;

describe("a list that gives an attribute of its stage", () => {
  it("holds the work that stands in it under other names", () => {
    const text = plan("**Duration**: 2 weeks", "**North side**: build the arch", "**South side**: paint it");
    expect(itemsOf(text)).toEqual(["3 phase unknown", "6 task unknown", "7 task unknown"]);
  });

  it("holds none where nothing in it is an order, not even by the name of an attribute", () => {
    const text = plan("**Duration**: 2 weeks", "**Goal**: build the arch", "**Bricks used**: red ones");
    expect(itemsOf(text)).toEqual(["3 phase unknown"]);
  });

  it("tells of work that stands elsewhere", () => {
    const text = `${plan("**Duration**: 2 weeks", "**Arch**: done")}\n### Tasks\n\n- [ ] Arch\n`;
    expect(readText(text).restated).toMatchObject([{ line: 6, claimed: "done" }]);
  });

  it("says nothing of another list, also where both are lines of paragraphs", () => {
    const text =
      "# P\n\n**Phase 1: Walls**\n2. Duration: 2 weeks\n3. Bricks: red\n\n**Phase 2: Roof**\n2. Tiles: blue\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "7 phase unknown", "8 task unknown"]);
  });
});
