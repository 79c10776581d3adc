import { describe, expect, it } from "vitest";
import { gatesOf, itemsOf, readText } from "../testing/read-text.ts";

describe("a table with an id and a text in each row", () => {
  it("lists criteria where the section lists deliverables, with what a column asks", () => {
    const text =
      "# Kiln\n\n## Deliverables\n\n| ID | Description | Acceptance Criteria |\n|--|--|--|\n| D1 | Heat >= 900 degrees | the cone reports >= 900 |\n| D2 | Shelves | `grep crack log` returns 0; all hold |\n";
    expect(itemsOf(text)).toEqual(["7 criterion unknown", "8 criterion unknown"]);
    expect(gatesOf(text)).toEqual(["7 >= 900 -", "8 = 0 -"]);
  });

  it("lists tasks where the section lists tasks, and nothing where it lists risks", () => {
    const rows = "| ID | Description | Note |\n|--|--|--|\n| D1 | Heat | hot |\n";
    expect(itemsOf(`# Kiln\n\n## Tasks\n\n${rows}`)).toEqual(["7 task unknown"]);
    expect(itemsOf(`# Kiln\n\n## Risks\n\n${rows}`)).toEqual([]);
  });

  it("tells stages again by their codes", () => {
    const text =
      "# Kiln\n\n## Summary\n\n| ID | Title | Effort |\n|--|--|--|\n| M1 | Heat | S |\n\n## M1: Heat the kiln\n\nText.\n\n## M2: Fill it\n\nText.\n";
    expect(itemsOf(text)).toEqual(["9 phase unknown", "13 phase unknown"]);
  });

  it("holds subgoals that somebody owns", () => {
    const text =
      "# Kiln\n\n| Subgoal | Owner(s) or team(s) | Notes |\n|--|--|--|\n| Book clay | Ada | ![Complete][] |\n| Buy wood | | In progress |\n";
    expect(itemsOf(text)).toEqual(["5 task done", "6 task in_progress"]);
  });
});

describe("bold labels", () => {
  it("group the tasks of their section", () => {
    const text =
      "# Kiln\n\n## Phase 1: Build\n\n### Changes Required\n\n**Walls**\n- Brick ring\n\n**Why**\n- Heat\n\n**Roof**\n- Dome\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "8 task unknown", "14 task unknown"]);
  });

  it("at the very left go on with the section, though a list stands right above them", () => {
    const text = (name: string): string => `### ${name}\n**Goal**: x\n**Ways**:\n  - a\n  - b\n**Priority**: low\n\n`;
    expect(itemsOf(`# Kiln\n\n## Debt\n\n${text("Bricks")}${text("Vents")}${text("Doors")}`)).toEqual([
      "5 step unknown",
      "12 step unknown",
      "19 step unknown",
    ]);
  });

  it("that name steps are steps of the task around them, though another task counts the same", () => {
    const text =
      "# Kiln\n\n### Task 1: Walls\n\n**Step 1: Mix the clay**\nText.\n\n### Task 2: Roof\n\n**Step 1: Mix the clay again**\nText.\n";
    expect(itemsOf(text)).toEqual(["3 step unknown", "5 step unknown", "8 step unknown", "10 step unknown"]);
  });
});

describe("days", () => {
  it("are steps of a week, and boxes tell them again", () => {
    const text =
      "# Kiln\n\n### Week 1: Build\n\n#### Day 1-2: Walls\n\nText.\n\n#### Day 3: Roof\n\nText.\n\n## Checklist\n\n- [x] Day 1-2: All bricks\n- [ ] Day 3: Dome\n- [ ] Sweep\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "5 step unknown", "9 step unknown", "17 task pending"]);
    expect(readText(text).restated.map(({ line, claimed }) => `${line} ${claimed}`)).toEqual(["15 done", "16 pending"]);
  });

  it("are phases outside of one, and nothing when there is only one", () => {
    expect(itemsOf("# Kiln\n\n## Day 1: Walls\n\nText.\n\n## Day 2: Roof\n\nText.\n")).toEqual([
      "3 phase unknown",
      "7 phase unknown",
    ]);
    expect(itemsOf("# Kiln\n\n## Day 1: Walls\n\nText.\n")).toEqual([]);
  });
});

describe("headings", () => {
  it("may set a stage off with two hyphens, and count tasks with a code of one letter", () => {
    const task = (code: string): string => `### ${code} -- Do it\n\n**Steps:**\n1. **[PLANNING]** Load\n2. Run\n\n`;
    expect(itemsOf(`# Phase 1 -- Kiln\n\n${task("T01.01")}${task("T01.02")}`)).toEqual([
      "1 phase unknown",
      "3 step unknown",
      "6 task unknown",
      "7 task unknown",
      "9 step unknown",
      "12 task unknown",
      "13 task unknown",
    ]);
  });

  it("of finished work in a report of progress define nothing", () => {
    const text =
      "# Kiln\n\n## Plan\n\n### Phase 1: Walls\n\n1. Brick\n\n## Progress update\n\n### ✅ COMPLETED: Brick\n\n**Status**: done\n";
    expect(itemsOf(text)).toEqual(["5 phase unknown", "7 task unknown"]);
  });

  it("of a sequence of deliverables list no criteria", () => {
    expect(itemsOf("# Kiln\n\n## Likely Deliverable Sequence\n\n1. walls\n2. roof\n")).toEqual([]);
  });

  it("that count tasks are described by the plain entries below them", () => {
    const text =
      "# Kiln\n\n## Task List\n\n#### Task 1: Walls\n\n- **Files:** a\n- Bricks of clay\n\n#### Task 2: Roof\n\n- Dome\n";
    expect(itemsOf(text)).toEqual(["5 step unknown", "10 step unknown"]);
  });
});

describe("paragraphs", () => {
  it("that begin a scenario are criteria among criteria", () => {
    const text = "# Kiln\n\n**Acceptance Criteria:**\n\n**Given** a cold kiln\n**When** it is lit\n**Then** it warms\n";
    expect(itemsOf(text)).toEqual(["5 criterion unknown"]);
  });

  it("of several lines that end in a colon do not hide the work of a phase", () => {
    const text =
      "# Kiln\n\n## Phase 1: Walls\n\nBuild what holds the heat of the fire and keeps\nit in:\n\n- brick ring\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "8 task unknown"]);
  });
});

describe("frontmatter", () => {
  it("with a name but no title puts its task at the first heading", () => {
    const text = "---\nname: Walls\nstatus: open\ndepends_on: [1]\n---\n\n# Task: Walls\n\nText.\n";
    expect(itemsOf(text)).toEqual(["7 task pending"]);
  });
});

describe("numbered sections", () => {
  it("are steps of a plan where most have a heading for what is done", () => {
    const part = (number: number): string =>
      `## ${number}. Vent ${number}\n\n### Why\nHeat.\n\n### Implementation: pipes\n\nText.\n\n`;
    expect(itemsOf(`# Kiln\n\n${part(1)}${part(2)}## 3. Door\n\nText.\n`)).toEqual([
      "3 step unknown",
      "12 step unknown",
      "21 step unknown",
    ]);
  });

  it("right below steps are steps, whatever their titles say elsewhere", () => {
    const text = "# Kiln\n\n## Implementation Steps\n\n### 1. Dig\n\nText.\n\n### 2. Architecture\n\nText.\n";
    expect(itemsOf(text)).toEqual(["5 step unknown", "9 step unknown"]);
  });

  it("that count with codes are steps where they say when they are done", () => {
    const part = (code: string): string => `## ${code} — Fire it\n\n### Acceptance criteria\n\n- [ ] Hot\n\n`;
    expect(itemsOf(`# Kiln\n\n${part("T01")}${part("T02")}`)).toEqual([
      "3 step unknown",
      "7 criterion pending",
      "9 step unknown",
      "13 criterion pending",
    ]);
  });

  it("in Chinese count rounds as phases", () => {
    expect(itemsOf("# 窑\n\n## 6.1 第 1 轮：砌墙\n\n文字\n\n## 6.2 第 2 轮：屋顶\n\n文字\n")).toEqual([
      "3 phase unknown",
      "7 phase unknown",
    ]);
  });
});

describe("lists", () => {
  it.each(["Testing Plan", "Edge Cases to Handle", "Future Extensions"])("under %s hold work", (title) => {
    expect(itemsOf(`# Kiln\n\n## 1. Build\n\nText.\n\n## ${title}\n1. Open the door\n2. Close it\n`)).toEqual([
      "8 task unknown",
      "9 task unknown",
    ]);
  });
});

describe("gates", () => {
  it("leave out how something stands today", () => {
    const text = "# Kiln\n\n## Acceptance Criteria\n\n- Log under 10 KB - **Current: 1.8 KB, room: plenty**\n";
    expect(gatesOf(text)).toEqual(["5 < 10 KB"]);
  });

  it("that two columns of a row state are one", () => {
    const text =
      "# Kiln\n\n## Gates\n\n| Gate | Criteria | Pass Condition |\n|--|--|--|\n| G1 | coverage >= 70% | shows >= 70% |\n";
    expect(gatesOf(text)).toEqual(["7 >= 70 %"]);
  });
});

describe("what is finished", () => {
  it("is told by a heading that begins or ends with the state", () => {
    expect(itemsOf("# Kiln\n\n## Completed milestones\n\n- **Bricks fired** in May\n- **Door hung**\n")).toEqual([
      "5 task done",
      "6 task done",
    ]);
    const text =
      "# Kiln\n\n## Completed tasks\n\n### 1. Hung the door\n\n**Problem**: it fell.\n\n**Solution**: hinges.\n";
    expect(itemsOf(text)).toEqual(["5 step done"]);
  });

  it("is a list of tasks in a report only where its entries have marks", () => {
    const text = (mark: string) =>
      `# Kiln\n\n## What was done\n\n### Walls:\n\n1. ${mark}Fired the bricks\n2. ${mark}Laid them with:\n   - mortar\n\n### State:\n\n- ✅ Walls stand\n`;
    expect(itemsOf(text("✅ "))).toEqual(["7 task done", "8 task done"]);
    expect(itemsOf(text(""))).toEqual([]);
  });

  it("may be the phase that the title names, unless the phase has a heading of its own", () => {
    const title = "# Phase 2 report\n\n**Status**: ✅ Done\n\n";
    expect(itemsOf(`${title}## Notes\n\nIt is warm.\n`)).toEqual(["1 phase done"]);
    expect(itemsOf(`${title}## Phase 2: Heat the kiln\n\n### Task 2.1: Buy wood\n\nDry wood.\n`)).toEqual([
      "5 phase unknown",
      "7 step unknown",
    ]);
  });
});

describe("tasks with codes", () => {
  it("have headings of their own below one for tasks, and what they list describes them", () => {
    const text =
      "# Kiln\n\n## Tasks\n\n### T01 — Read the manual\n\nConfirm:\n- wood is dry\n\n**Deliverable**: Heating exits with code 0.\n\n### T02 — Heat it\n\nSlowly.\n";
    expect(itemsOf(text)).toEqual(["5 step unknown", "12 step unknown"]);
  });
});

describe("a document that is one task", () => {
  it("may say how far it is in a section of its own", () => {
    const text = "# Task: Mend the door\n\n## Overview\n\nIt squeaks.\n\n## Status\n\n- [ ] Oil the hinge\n";
    expect(itemsOf(text)).toEqual(["1 task unknown", "9 task pending"]);
    expect(itemsOf("# Bug: The door squeaks\n\n## Info\n\n- Priority: high\n")).toEqual(["1 task unknown"]);
  });

  it("lists the proposed work by number, and no files", () => {
    const text =
      "# Kiln\n\n## Proposed implementation (first way)\n\n### Door\n\n1. **Oil the hinge** (`door.md`)\n   - with care\n2. **Related files**:\n   - `hinge.md`\n";
    expect(itemsOf(text)).toEqual(["7 task unknown"]);
  });
});

describe("criteria", () => {
  it("stand in a quote where a label there announces them", () => {
    expect(itemsOf("# Kiln\n\n> **Summary**: warm\n>\n> **Deliverables**:\n> - A door\n> - A wall\n")).toEqual([
      "6 criterion unknown",
      "7 criterion unknown",
    ]);
    expect(itemsOf("# Kiln\n\n## Deliverables\n\n- A door\n\n> - A remark\n")).toEqual(["5 criterion unknown"]);
  });

  it("make up a checklist of completion, and ask for an exit code", () => {
    expect(itemsOf("# Kiln\n\n## Completion checklist\n\n- [ ] The door shuts\n")).toEqual(["5 criterion pending"]);
    expect(gatesOf("# Kiln\n\n## Success criteria\n\n- The test run exits with code 0\n- `heat` exits 0\n")).toEqual([
      "5 = 0 -",
      "6 = 0 -",
    ]);
  });
});
