import { describe, expect, it } from "vitest";
import { gatesOf, readText } from "../testing/read-text.ts";

/** `line kind` of each item. */
const kinds = (text: string): string[] => readText(text).items.map(({ line, kind }) => `${line} ${kind}`);

describe("a release checklist", () => {
  it("has phases by their time and steps in them, and categories that are neither", () => {
    const text =
      "# Release checklist\n\n## Pre-release (3 days before)\n\n### Code quality\n\n- [ ] fire alarms quiet\n\n### Security\n\n- [ ] locks oiled\n\n## Release day\n\n### Open the doors\n\nWith both keys.\n\n### Warm-up\n\n- [ ] light the kiln\n\n### Verify the glaze\n\n- [ ] no cracks\n";
    expect(kinds(text)).toEqual([
      "3 phase",
      "7 task",
      "11 task",
      "13 phase",
      "15 step",
      "19 step",
      "21 task",
      "23 step",
      "25 task",
    ]);
  });

  it("leaves a time alone whose section holds stages or no work", () => {
    expect(kinds("# P\n\n## Before the fair\n\n### Notes\n\nNone.\n")).toEqual([]);
    expect(kinds("# P\n\n## Before the fair\n\n### Phase 1: Clay\n\n- [ ] dig\n")).toEqual(["5 phase", "7 task"]);
  });

  it("holds criteria below a heading for checks", () => {
    const text =
      "# Pots\n\n## Release checks\n\n### Kiln (required)\n\n- [ ] Cone reached (100%)\n\n### Security\n\n- [ ] doors shut\n";
    expect(kinds(text)).toEqual(["7 criterion", "11 criterion"]);
    expect(gatesOf(text)).toEqual(["7 = 100 %"]);
  });

  it("holds criteria throughout when the document is about quality gates, and tasks when it is about building them", () => {
    const body = "\n\n## Kiln\n\n### Doors\n\n- [ ] doors shut\n";
    expect(kinds(`# Pottery quality gates${body}`)).toEqual(["7 criterion"]);
    expect(kinds(`# Build quality gates${body}`)).toContain("7 task");
  });
});

describe("limits and targets outside of a plan's stages", () => {
  it("make the target of a section a criterion where it states a threshold", () => {
    const text =
      "# Pots\n\n## Quality\n\n### Glaze coverage\n\n**Target**: >= 90%\n\n### Delivery\n\n**Target**: spring\n";
    expect(readText(text).items.map(({ line, kind, title }) => `${line} ${kind} ${title}`)).toEqual([
      "7 criterion Glaze coverage: >= 90%",
    ]);
    expect(gatesOf(text)).toEqual(["7 >= 90 %"]);
  });

  it("stay a demand on the stage where they stand in one", () => {
    const text = "# Pots\n\n## Phase 1: Kiln\n\n**Target**: < 200 ms\n\n- [ ] fire\n";
    expect(kinds(text)).toEqual(["3 phase", "7 task"]);
    expect(gatesOf(text)).toEqual(["5 < 200 ms"]);
  });

  it("are criteria under a label for limits or benchmarks", () => {
    const text = "# Pots\n\n## Speed\n\n**Benchmarks**:\n- Kiln door: < 200 ms\n- Looks nice\n";
    expect(kinds(text)).toEqual(["6 criterion"]);
    expect(gatesOf(text)).toEqual(["6 < 200 ms"]);
  });
});
