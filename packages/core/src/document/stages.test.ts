import { describe, expect, it } from "vitest";
import { itemsOf } from "../testing/read-text.ts";

describe("a heading for a change to a file", () => {
  const plan = (...above: string[]): string => `# P\n\n${above.join("\n\n")}\n\n#### [ADD] index.ts\n\nThe door.\n`;

  it("is a step below changes that are proposed, planned or required", () => {
    for (const heading of ["Proposed changes", "Planned Changes (door)", "Changes required"])
      expect(itemsOf(plan(`## ${heading}`))).toEqual(["5 step unknown"]);
  });

  it("is none below other changes, nor in a report", () => {
    expect(itemsOf(plan("## Recent changes"))).toEqual([]);
    expect(itemsOf(plan("## What changes for users"))).toEqual([]);
    expect(itemsOf(plan("## Planned changes", "### Findings"))).toEqual([]);
  });
});
