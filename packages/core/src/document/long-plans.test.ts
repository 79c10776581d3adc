import { describe, expect, it } from "vitest";
import { gatesOf, itemsOf, readText } from "../testing/read-text.ts";

describe("labels in a stage", () => {
  it("group the work of a phase where they say nothing of their own", () => {
    const text = "# P\n\n## Phase 1: Orchard\n\n**North field**:\n\n- Dig the holes\n- Plant the pears\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "7 task unknown", "8 task unknown"]);
  });

  it("hold no work where they tell what a phase uses or needs, in a step, or without bold", () => {
    for (const [heading, label] of [
      ["Phase 1: Orchard", "**Tools**:"],
      ["Phase 1: Orchard", "**Each tree**:"],
      ["Phase 1: Orchard", "North field:"],
      ["Step 1: Orchard", "**North field**:"],
    ])
      expect(itemsOf(`# P\n\n## ${heading}\n\n${label}\n\n- Dig the holes\n- Plant the pears\n`)).toHaveLength(1);
  });

  it("announce tasks where a numbered list of orders follows, also where boxes track the work", () => {
    const boxes = "- [ ] one\n- [ ] two\n- [ ] three\n";
    const list = (label: string, first: string): string =>
      `# P\n\n## Step 1: Press\n\n${boxes}\n**${label}**:\n\n1. ${first}\n2. Clean the press\n`;
    expect(itemsOf(list("Pressing", "Open the valve")).slice(4)).toEqual(["11 task unknown", "12 task unknown"]);
    expect(itemsOf(list("Cleaning steps", "Open the valve")).slice(4)).toEqual(["11 task unknown", "12 task unknown"]);
    expect(itemsOf(list("Pressing", "The valve opens"))).toHaveLength(4);
  });

  it("say nothing of work where a word for it only narrows a noun", () => {
    expect(itemsOf("# P\n\n## Step 1: Press\n\n**Test categories**:\n\n- taste\n- colour\n")).toEqual([
      "3 step unknown",
    ]);
  });
});

describe("a numbered list that goes on below a bold line", () => {
  it("is one although it does not begin with 1", () => {
    const text = "# P\n\n**Phase 1: Spring**\n1. Prune\n2. Graft\n\n**Phase 2: Summer**\n3. Water\n4. Thin\n";
    expect(itemsOf(text).map((item) => item.replace(" unknown", ""))).toEqual([
      "3 phase",
      "4 task",
      "5 task",
      "7 phase",
      "8 task",
      "9 task",
    ]);
  });

  it("is prose where nothing announces it", () => {
    expect(itemsOf("# P\n\n## Phase 1: Spring\n\nWe prune as told in chapter\n3. It takes long.\n")).toEqual([
      "3 phase unknown",
    ]);
  });
});

describe("stages below criteria", () => {
  it("only group these", () => {
    const text =
      "# P\n\n## Phase 1: Spring\n\n- [ ] Prune\n\n## Success metrics\n\n### Phase 1 (now)\n\n- 90% of the trees bloom\n- [ ] Bees come\n";
    expect(itemsOf(text)).toEqual([
      "3 phase unknown",
      "5 task pending",
      "11 criterion unknown",
      "12 criterion pending",
    ]);
    expect(gatesOf(text)).toEqual(["11 = 90 %"]);
  });

  it("are asked for in metrics that have to be reached, and not in those that are collected", () => {
    expect(itemsOf("# P\n\n## Week 1: Prune\n\n**Metrics to achieve:**\n\n- [ ] < 5 days of frost\n")).toEqual([
      "3 phase unknown",
      "7 criterion pending",
    ]);
    expect(itemsOf("# P\n\n## Week 1: Prune\n\n**Metrics to collect:**\n\n- days of frost\n")).toEqual([
      "3 phase unknown",
    ]);
    expect(itemsOf("# P\n\n## Target metrics\n\n- **Yield**: 40%+ more\n")).toEqual(["5 criterion unknown"]);
  });
});

describe("numbered headings", () => {
  it("are steps where they say what is done about a problem", () => {
    const text =
      "# P\n\n## Priority 1: Roots\n\n### 1. Loosen the soil ✅ COMPLETED\n\n**Problem**: hard\n**Solution**:\n- dig\n\n### 2. Drain the field\n\n**Problem**: wet\n**Solution**:\n- pipes\n";
    expect(itemsOf(text)).toEqual(["5 step done", "11 step unknown"]);
  });

  it("are steps of their phase although they are called like its measurements", () => {
    const text = "# P\n\n## Phase 4: Check\n\n### 4.1 Performance benchmarks\n\n- [ ] Weigh the fruit\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "5 step unknown", "7 task pending"]);
  });

  it("are steps of a plan although the last word is one for work", () => {
    const text =
      "# P\n\n## Field implementation plan\n\n### 1. Ditches\n\n- Dig\n\n### 2. Fence enhancements\n\n- Paint\n";
    expect(itemsOf(text)).toEqual(["5 step unknown", "7 task unknown", "9 step unknown", "11 task unknown"]);
  });

  it("take plain entries for a description where features to build are told", () => {
    const text = "# P\n\n## Stage 1: Barn\n\n### Features to build\n\n#### 1.1 Door\n\n- two wings\n- a bell\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "7 step unknown"]);
  });
});

describe("choices", () => {
  it("hold no work", () => {
    expect(
      itemsOf("# P\n\n## Next steps\n\n### Option A: Pears\n\n- Plant pears\n\n### Option B: Plums\n\n- Plant plums\n"),
    ).toEqual([]);
  });
});

describe("tables of stages and times", () => {
  it("tell a week again that has a heading", () => {
    const text =
      "# P\n\n## Week 1: Prune\n\n- [ ] saw\n\n## Progress\n\n| Week | Focus | Status |\n|---|---|---|\n| 1 | Prune | ✅ |\n| 2 | Graft | ⏳ |\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "5 task pending", "12 phase pending"]);
  });

  it("hold tasks where each time has an event and a state", () => {
    const text =
      "# P\n\n| Time | Milestone | Status |\n|---|---|---|\n| T+0 | Gates open | ✅ |\n| T+1 | Doors shut | ⏳ |\n";
    expect(itemsOf(text)).toEqual(["5 task done", "6 task pending"]);
  });
});

describe("what entries ask for", () => {
  it.each([
    ["## Quality gates\n\n- [ ] Audit: no rotten issues", "5 = 0 -"],
    ["## Quality gates\n\n- [ ] No open defects", "5 = 0 -"],
    ["## Tasks\n\n- [ ] 95%+ of the fruit sold", "5 >= 95 %"],
    ["## Success criteria\n\n- [ ] P95 < 300ms reached", "5 < 300 ms"],
    ["## Success criteria\n\n- [ ] 2,000 pears/sec sorted", "5 = 2000 /s"],
    ["## Notes\n\n**Yield rate target**: 100% of the trees", "5 = 100 %"],
  ])("is read from %s", (text, gate) => {
    expect(gatesOf(`# P\n\n${text}\n`)).toEqual([gate]);
  });

  it("is nothing in a gate that says no more than a number", () => {
    expect(gatesOf("# P\n\n## Quality gates\n\n- [ ] no more than 3 issues\n")).toEqual(["5 <= 3 -"]);
  });

  it("keeps the title of an entry that begins with a percentile", () => {
    expect(readText("# P\n\n## Success criteria\n\n- [ ] P95 < 300ms reached\n").items[0]).toMatchObject({
      id: null,
      title: "P95 < 300ms reached",
    });
  });
});

describe("an optional task", () => {
  it("may have its star escaped", () => {
    expect(readText("# P\n\n- [ ]\\* 3.1 Taste\n").items[0]).toMatchObject({
      optional: true,
      title: "Taste",
      id: "3.1",
    });
  });
});

describe("a stage", () => {
  it("may have its state in an italic line below its heading", () => {
    const text =
      "# P\n\n### Phase 2A: Walls\n*Duration: 2 weeks | Status: IN PROGRESS*\n\n#### 2A.1 Bricks\n**Owner**: Ada\n";
    expect(itemsOf(text)).toEqual(["3 phase in_progress", "6 step unknown"]);
    expect(readText(text).items[0]).toMatchObject({ window: "2 weeks" });
  });

  it("may be told in a bold head together with its state", () => {
    const text =
      "# P\n\n**Current status**:\n- ✅ **Phase 1 Complete**: walls\n- ⏳ **Phase 2 Pending**: roof\n\n## Phase 2: Roof\n";
    expect(itemsOf(text)).toEqual(["4 phase done", "7 phase unknown"]);
  });

  it("is no heading that orders costs by phase, nor a number of bytes", () => {
    expect(itemsOf("# P\n\n## Costs\n\n### By phase\n\nMuch.\n")).toEqual([]);
    expect(gatesOf("# P\n\n## Success criteria\n\n- [ ] All Phase 4B walls stand\n")).toEqual([]);
  });

  it("is a row of milestones with dates, and what it delivers is asked", () => {
    const text = "# P\n\n| Milestone | Date | Deliverable |\n|---|---|---|\n| M1: Walls | May | >85% of the bricks |\n";
    expect(itemsOf(text)).toEqual(["5 phase unknown"]);
    expect(gatesOf(text)).toEqual(["5 > 85 %"]);
  });

  it("is one of several headings that count on and say what they take", () => {
    const text =
      "# Phase 2: Walls\n\n## Parts\n\n### Section 9: North (40 hours)\n\nTall.\n\n### Block 1: East (20 hours)\n\nLow.\n\n### Block 2: West (3-4 days)\n\nLow.\n";
    expect(itemsOf(text)).toEqual(["1 phase unknown", "9 step unknown", "13 step unknown"]);
  });
});

describe("a proposed change to a file", () => {
  it("is a step, and its tag is no state", () => {
    const text =
      "# P\n\n## Phase 1: Walls\n\n#### [NEW] [wall.ts](src/wall.ts)\n\nHolds:\n- bricks\n\n#### [EXISTING] [roof.ts](src/roof.ts)\n\nStays.\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "5 step unknown"]);
  });
});

describe("entries that repeat", () => {
  it("are none where they are only ids", () => {
    const text = "# P\n\n## Sprint 1\n\n- [ ] `WALL-01` brick\n\n## Sprint 2\n\n- `WALL-01` to `WALL-06`, `ROOF-2`\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "5 task pending", "7 phase unknown"]);
  });
});

describe("demands", () => {
  it("stand in metrics below success criteria, and below labels in them", () => {
    const text =
      "# P\n\n## Success criteria\n\n### Technical metrics\n\n**Walls:**\n- [ ] crack growth <2ms\n- [ ] height >90%\n\n### Other metrics\n\n- joy >80%\n";
    expect(itemsOf(text)).toEqual(["8 criterion pending", "9 criterion pending", "13 criterion unknown"]);
    expect(gatesOf(text)).toEqual(["8 < 2 ms", "9 > 90 %", "13 > 80 %"]);
  });

  it("are entries that are a comparison alone, where nothing says otherwise", () => {
    expect(
      gatesOf("# P\n\n## Testing strategy\n\n**Speed of the crane:**\n- Lift time < 200ms\n- Looks nice\n"),
    ).toEqual(["6 < 200 ms"]);
    for (const place of ["## Results\n\n", "## Risks\n\n", "## Walls\n\nSupport bricks:\n"])
      expect(
        gatesOf(`# P\n\n${place}- ${place.includes("Support") ? "Support bricks < 20MB" : "Lift time < 200ms"}\n`),
      ).toEqual([]);
  });

  it("are taken from what a task verifies with at least a number", () => {
    expect(gatesOf("# P\n\n- [ ] Verify the wall holds at least 3 nails\n- [ ] Buy at least 3 nails\n")).toEqual([
      "3 >= 3 -",
    ]);
  });
});

describe("tables", () => {
  it("hold no tasks where they only count them", () => {
    expect(itemsOf("# P\n\n## Effort\n\n| Priority | Tasks | Effort |\n|---|---|---|\n| P0 | 5 | 9 days |\n")).toEqual(
      [],
    );
  });
});

describe("a document about one task", () => {
  it("is no phase although its title names one", () => {
    const text = '---\ntask_id: "TASK-7"\ntitle: "Phase 3 walls"\nstatus: done\n---\n';
    expect(itemsOf(text)).toEqual(["3 task done"]);
  });
});
