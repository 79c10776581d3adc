import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gatesOf, itemsOf, readText } from "../testing/read-text.ts";

describe("a heading for work", () => {
  it.each(["Work", "Core masonry work", "What this slice must do"])("lists tasks: %s", (title) => {
    expect(itemsOf(`# P\n\n## Phase 1: Walls\n\n### ${title}\n\n- Lay bricks\n- Mix mortar\n`)).toEqual([
      "3 phase unknown",
      "7 task unknown",
      "8 task unknown",
    ]);
  });

  it.each(["Related work", "How walls work", "Network", "Work in the past"])("lists none: %s", (title) => {
    expect(itemsOf(`# P\n\n## Phase 1: Walls\n\n### ${title}\n\n- Lay bricks\n- Mix mortar\n`)).toEqual([
      "3 phase unknown",
    ]);
  });

  it("is told apart from one that says when it is done", () => {
    expect(itemsOf("# P\n\n## Done means\n\n- the wall stands\n")).toEqual(["5 criterion unknown"]);
  });
});

describe("a list that says something of its stage", () => {
  it("holds no tasks, whatever its other keys are", () => {
    expect(itemsOf("# P\n\n## Phase 1: Walls\n- Status: done\n- Crew: 2\n- Bricks used: red ones\n")).toEqual([
      "3 phase done",
    ]);
  });
});

describe("a release", () => {
  const text = (title: string, when: string): string =>
    `# ${title}\n\n## v3.1 — Faster kiln (${when})\n\n- Bigger fan\n\n## v3.2 — Glazes (${when})\n\n- Blue\n`;

  it("is a stage in a roadmap, and elsewhere where it says when it comes", () => {
    for (const plan of [text("Pottery roadmap", "2030-05-01"), text("Pottery", "target: May")])
      expect(itemsOf(plan)).toEqual(["3 phase unknown", "5 task unknown", "7 phase unknown", "9 task unknown"]);
  });

  it("is none in a record of changes or without a time ahead", () => {
    expect(itemsOf(text("Pottery changelog", "target: May"))).toEqual([]);
    expect(itemsOf(text("Pottery", "2030-05-01"))).toEqual([]);
  });
});

describe("numbered headings of problems", () => {
  it("are all steps where most say what is done", () => {
    const text =
      "# P\n\n## High\n\n### 1. Cracks\n\n**Issue**: wide\n**Solution**: fill\n\n### 2. Damp\n\n#### Cellar\n\n**Solution**: drain\n\n### 3. Paint\n\n#### North side\n\nFlakes.\n";
    expect(itemsOf(text)).toEqual(["5 step unknown", "10 step unknown", "16 step unknown"]);
  });

  it("are none where they only tell of problems", () => {
    expect(
      itemsOf("# P\n\n## Findings\n\n### 1. Cracks\n\n**Issue**: wide\n\n### 2. Damp\n\n**Issue**: wet\n"),
    ).toEqual([]);
  });
});

describe("tables of items", () => {
  it("hold tasks where they say who does them or when they are done, with a state in brackets", () => {
    const text =
      "# P\n\n## Phase 1: Walls\n\n| Item | Definition of done |\n|---|---|\n| **(✓ landed)** North wall | stands |\n| South wall | leans < 2% |\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "7 task done", "8 task unknown"]);
    expect(gatesOf(text)).toEqual(["8 < 2 %"]);
    expect(itemsOf("# P\n\n| Item | Owner |\n|---|---|\n| North wall | Ada |\n")).toEqual(["5 task unknown"]);
  });

  it("tell again what a check box with the same id defines", () => {
    const text =
      "# P\n\n## Requirements\n\n### Walls\n\n- [x] **WALL-01**: bricks\n\n## Traceability\n\n| Requirement | Phase | Status |\n|---|---|---|\n| WALL-01 | Phase 2 | Complete |\n";
    expect(itemsOf(text)).toEqual(["7 task done"]);
  });
});

describe("a state", () => {
  it("stands in capitals at the start of a paragraph of an entry", () => {
    const text =
      "# P\n\n## Phase 1: Walls\n\n- **W1 North wall.** Done when it stands.\n\n  **DONE 2030-05-01.** It stands.\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "5 task done"]);
  });

  it("is none where it is one of a list of words", () => {
    expect(itemsOf("# P\n\n## Tasks\n\n- Add a flow: review, accept, paint\n")).toEqual(["5 task unknown"]);
  });
});

describe("what is no demand", () => {
  it.each([
    "the 14B model answers",
    "WCAG 2.2 checks pass",
    "zero-crack walls are refused on a house with `has_cellar: false`",
  ])("is read as none: %s", (entry) => {
    expect(gatesOf(`# P\n\n## Exit criteria\n\n- [ ] ${entry}\n`)).toEqual([]);
  });

  it("is a number in the brackets of a key", () => {
    expect(gatesOf("# P\n\n## Success metrics\n\n- Tall walls (50+ rows): < 15 min\n")).toEqual(["5 < 15 min"]);
  });

  it("asks for more where brackets behind a gate state a threshold", () => {
    const entry = "Error rate < 1%. (Coverage must be at least 80% in every module.)";
    expect(gatesOf(`# P\n\n## Quality gates\n\n- ${entry}\n`)).toEqual(["5 < 1 %", "5 >= 80 %"]);
  });

  it("is a remark in brackets behind a gate", () => {
    expect(
      gatesOf("# P\n\n## Acceptance gates\n\n- [ ] The wall is plumb. (Static checks pass; nothing else was seen.)\n"),
    ).toEqual([]);
  });
});

describe("a target", () => {
  it("is a criterion in any list that gives it after its name", () => {
    const text =
      "# P\n\n## Monitoring\n\n### Cracks\n- **Width**: Target < 2ms\n- **Repair**: target 60% faster\n- **Colour**: red\n";
    expect(itemsOf(text)).toEqual(["6 criterion unknown", "7 criterion unknown"]);
    expect(gatesOf(text)).toEqual(["6 < 2 ms", "7 = 60 %"]);
  });

  it("reads the same wherever its criterion stands", () => {
    const wraps = [
      "## Success criteria\n\n",
      "## Success metrics\n\n### Phase 2 (walls)\n\n",
      "## Success criteria\n\n### Technical metrics\n\n**Walls:**\n\n",
      "## Week 1: Walls\n\n**Metrics to achieve:**\n\n",
      "## Phase 1: Walls\n\n### Exit criteria\n\n",
    ];
    fc.assert(
      fc.property(
        fc.constantFrom("<", "<=", ">", ">=", "≥", "≤"),
        fc.integer({ min: 1, max: 900 }),
        fc.constantFrom("%", "ms", "s", "MB", "min"),
        fc.constantFrom("- [ ] ", "- ", "- [x] **", "- ✅ "),
        (sign, value, unit, mark) => {
          const bold = mark.endsWith("**");
          const entry = `${mark}Crack growth${bold ? "**" : ""}: ${sign} ${value}${unit}`;
          const op = sign === "≥" ? ">=" : sign === "≤" ? "<=" : sign;
          for (const wrap of wraps) {
            const text = `# P\n\n${wrap}${entry}\n`;
            const line = text.split("\n").length - 1;
            expect(readText(text).items.filter(({ kind }) => kind === "criterion")).toHaveLength(1);
            expect(gatesOf(text)).toEqual([`${line} ${op} ${value} ${unit}`]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
