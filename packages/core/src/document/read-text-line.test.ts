import { describe, expect, it } from "vitest";
import { gatesOf, itemsOf } from "../testing/read-text.ts";

describe("a paragraph of an entry that begins in bold capitals", () => {
  const plan = (said: string): string => `# P\n\n## Tasks\n\n- Lay the floor\n\n  ${said}\n`;

  it("says the state of the entry where the capitals say nothing else", () => {
    for (const said of ["**DONE 2026-05-01.** All tiles lie.", "**DONE**: all tiles lie", "**DONE!** All tiles lie."])
      expect(itemsOf(plan(said))).toEqual(["5 task done"]);
    expect(itemsOf(plan("**NOT STARTED** (12.05.2026)"))).toEqual(["5 task pending"]);
  });

  it("says none where a state is only its first word", () => {
    for (const said of [
      "**DONE WHEN:** all tiles lie",
      "**COMPLETE BY MAY**",
      "**DONE IN 2026**",
      "**FAILED TESTS**: none",
    ])
      expect(itemsOf(plan(said))).toEqual(["5 task unknown"]);
  });

  it("is read to its end, with and without a state", () => {
    for (const said of [
      "**FAILED TESTS**: none so far, coverage must be at least 80%",
      "**DONE**: coverage must be at least 80%",
    ])
      expect(gatesOf(plan(said))).toEqual(["7 >= 80 %"]);
  });
});

describe("a slanted line below the heading of a stage", () => {
  it("gives its attributes, and is prose where it holds none", () => {
    const plan = (line: string): string => `# P\n\n## Phase 1: Walls\n\n${line}\n`;
    expect(itemsOf(plan("*Duration: 2 weeks | Status: done*"))).toEqual(["3 phase done"]);
    const note = "*Note: coverage must be at least 80% and the gate needs p95 < 200ms*";
    expect(gatesOf(plan(note))).toEqual(["5 >= 80 %", "5 < 200 ms"]);
  });
});
