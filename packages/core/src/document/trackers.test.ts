import { describe, expect, it } from "vitest";
import { itemsOf, readText } from "../testing/read-text.ts";

/** `line of-line claimed` of each restatement. */
const restated = (text: string): string[] => {
  const { items, restated: told } = readText(text);
  return told.map(({ line, of, claimed }) => `${line} ${items.find(({ key }) => key === of)?.line ?? 0} ${claimed}`);
};

describe("a tracker of deliverables", () => {
  const rows = "| W1 | Fire the kiln | done | #4 |\n| W2 | Glaze the bowls | open | #5 |\n";

  it.each(["PR", "Owner", "Depends on"])("holds tasks when its rows have an id, a state and a column %s", (column) => {
    const text = `# P\n\n## Deliverables\n\n| ID | Deliverable | Status | ${column} |\n|--|--|--|--|\n${rows}`;
    expect(itemsOf(text)).toEqual(["7 task done", "8 task pending"]);
  });

  it("holds criteria without them", () => {
    const text = `# P\n\n## Deliverables\n\n| ID | Deliverable | Status | Link |\n|--|--|--|--|\n${rows}`;
    expect(itemsOf(text)).toEqual(["7 criterion done", "8 criterion pending"]);
  });

  it("is no step itself under a numbered heading", () => {
    const text = `# P\n\n## 4. Progress tracker\n\n| ID | Task | Status | PR |\n|--|--|--|--|\n${rows}`;
    expect(itemsOf(text)).toEqual(["7 task done", "8 task pending"]);
  });
});

describe("a line that names several ids", () => {
  const plan = (line: string): string =>
    `# P\n\n| ID | Task | Status |\n|--|--|--|\n| W1 | Dig | done |\n| W2 | Mix | done |\n| W3 | Throw | open |\n| W5 | Fire | done |\n\n## Log\n\n${line}\n`;

  it.each([
    ["W1–W3 and W5 are all merged.", ["12 5 done", "12 6 done", "12 7 done", "12 8 done"]],
    ["W1, W2 are done; W3 is blocked.", ["12 5 done", "12 6 done", "12 7 blocked"]],
    ["**Landed:** W1, W2", ["12 5 done", "12 6 done"]],
    ["**Remaining for the fair:** only **W3** and a sign", ["12 7 pending"]],
    ["- The kiln holds; W5 glaze work is deferred until spring.", ["12 8 deferred"]],
  ])("tells each of them again: %s", (line, told) => {
    expect(restated(plan(line))).toEqual(told);
  });

  it("stays small however many ranges it has", () => {
    const rows = Array.from({ length: 190 }, (_, at) => `| W${at + 1} | Dig hole ${at + 1} | open |`).join("\n");
    const line = `${"W1–W190, ".repeat(150)}W1 are merged.`;
    const text = `# P\n\n| ID | Task | Status |\n|--|--|--|\n${rows}\n\n## Log\n\n${line}\n`;
    expect(restated(text).length).toBeLessThan(500);
  });

  it.each(["W1–W3 need new clay", "See W1, W2 for the clay", "**Owners:** W1, W2", "W1 to W900 are merged plans"])(
    "tells of none without a state of theirs: %s",
    (line) => {
      expect(restated(plan(line)).filter((told) => !told.startsWith("12 5") && !told.startsWith("12 6"))).toEqual([]);
    },
  );
});

describe("stages that are told in more than one place", () => {
  it("are the same behind a word for where the work stands", () => {
    const text =
      "# P\n\n## Current phase: 🏺 **Phase 1 - Clay** (done)\n\nAll dug.\n\n## Phase 1 - Clay\n\n- [x] dig\n\n## Next up: Phase 2: Kiln\n\n- [ ] fire\n\n## Phase 2: Kiln\n\n**Status**: planned | **Progress**: 0%\n";
    expect(itemsOf(text)).toEqual(["7 phase unknown", "9 task done", "11 phase unknown", "13 task pending"]);
    expect(restated(text)).toEqual(["3 7 done", "15 11 pending"]);
  });

  it("need no number beside numbered ones when a state stands in its place", () => {
    const text = "# P\n\n## ✅ COMPLETED: Groundwork\n\n- [x] dig\n\n## Sprint 1: Kiln\n\n- [ ] fire\n";
    expect(itemsOf(text)).toEqual(["3 phase done", "5 task done", "7 phase unknown", "9 task pending"]);
    expect(itemsOf("# P\n\n## ✅ COMPLETED: Groundwork\n\n- dug\n\n## Kiln\n\n- [ ] fire\n")).not.toContain(
      "3 phase done",
    );
  });

  it("are defined by a summary where they have no heading and their fellows have one", () => {
    const text =
      "# P\n\n## Current status summary\n\n- **Sprint 1**: ✅ Clay (Complete)\n- **Sprint 2**: Kiln (In progress)\n\n## Sprint 2: Kiln\n\n- [ ] fire\n";
    expect(itemsOf(text)).toEqual(["5 phase done", "8 phase unknown", "10 task pending"]);
    expect(restated(text)).toEqual(["6 8 in_progress"]);
  });

  it("are not the same week in two sprints", () => {
    const text =
      "# P\n\n## Sprint 1: Clay\n\n### Week 1: Dig\n\n- [ ] dig\n\n## Sprint 2: Kiln\n\n### Week 1: Fire\n\n- [ ] fire\n";
    expect(itemsOf(text).filter((kind) => kind.includes("phase"))).toHaveLength(4);
  });

  it("are told by the row that leaves out the word phase", () => {
    const text =
      "# P\n\n| Phase | What | Status |\n|--|--|--|\n| Design | Shapes | done |\n| Phase 1 | Clay | open |\n\n## Design phase\n\n- [x] draw\n\n## Phase 1: Clay\n\n- [ ] dig\n";
    expect(restated(text)).toEqual(["5 8 done", "6 12 pending"]);
  });

  it("have weeks that are no stages where the work stands in boxes", () => {
    const text =
      "# P\n\n## Phase 1: Clay\n\n**Timeline**: 4 weeks\n- **Week 1-2**: dig\n- **Week 3-4**: dry\n\n**Tasks**:\n- [ ] dig\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "10 task pending"]);
    expect(itemsOf("# P\n\n## Phase 1: Clay\n\n- **Week 1**: dig\n- **Week 2**: dry\n")).toContain("5 phase unknown");
  });
});

describe("labels beside a list", () => {
  it("of what the work needs end a list of criteria", () => {
    const text =
      "# P\n\n## Phase 1: Clay\n\n**Success metrics**:\n- Nobody is hurt\n\n**Dependencies**: the truck\n\n- [ ] dig\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "6 criterion unknown", "10 task pending"]);
  });

  it("may stand several in one line", () => {
    const text = "# P\n\n## Sprint 1: Clay\n\n**Duration**: 2 weeks | **Lead**: Ada | **Status**: in progress\n";
    expect(readText(text).items.map(({ claimed, owners, window }) => ({ claimed, owners, window }))).toEqual([
      { claimed: "in_progress", owners: ["Ada"], window: "Sprint 1" },
    ]);
  });

  it("hold work under a page that is called a dashboard", () => {
    const text = "# P\n\n## Phase 1: Pages\n\n### Dashboard page\n\n- **Tasks**:\n  - [ ] draw\n- **Effort**: 3 h\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "5 step unknown", "8 task pending"]);
  });
});
