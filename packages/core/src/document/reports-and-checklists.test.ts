import { describe, expect, it } from "vitest";
import { gatesOf, itemsOf } from "../testing/read-text.ts";

describe("a report", () => {
  it("holds the actions that its recommendations list, and no findings", () => {
    const text =
      "# Mill report\n\n## Recommendations\n\n### 1. Watch the wheel\n**Issue**: It squeaks.\n\n**Action**:\n- Grease the axle\n- Order a new bolt\n\n## Failures\n\n#### Failure 1: the sluice\n**Fix**: a nail\n\n#### Failure 2: the roof\n**Fix**: a tile\n";
    expect(itemsOf(text)).toEqual(["9 task unknown", "10 task unknown"]);
  });

  it("holds no tasks where a list only gives figures", () => {
    const text =
      "# Mill\n\n### Current sprint\n- **Planned**: 8\n- **Blocked**: 0\n- **On time**: ✅ Yes\n- Grind the rye\n";
    expect(itemsOf(text)).toEqual(["7 task unknown"]);
    expect(gatesOf(text)).toEqual([]);
  });

  it("asks nothing of stages that a table of progress tells again", () => {
    const text =
      "# Mill\n\n## Phase 1: Wheel\n\nText.\n\n## Progress\n\n| Phase | Target | Current | Status |\n|--|--|--|--|\n| Phase 1 | 100% | 30% | In progress |\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown"]);
    expect(gatesOf(text)).toEqual([]);
  });
});

describe("a checklist of readiness", () => {
  it("has numbered parts with tasks below their headings", () => {
    const text =
      "# Mill\n\n## Readiness Checklist\n\n### 1. Wheel\n\n#### Wood\n- [x] **Oak spokes**\n  - Status: Complete\n  - Play: < 1 mm\n- [ ] **Rim**\n\n### 2. Sluice\n\n#### Stone\n- [x] Sill\n";
    expect(itemsOf(text)).toEqual([
      "5 step unknown",
      "8 task done",
      "11 task pending",
      "13 step unknown",
      "16 task done",
    ]);
    expect(gatesOf(text)).toEqual([]);
  });

  it("takes the target beside what was measured as a demand", () => {
    const text = "# Mill\n\n## Checklist\n\n- [x] **Turning**\n  - Start: < 1 s ✅ (target: < 2 s)\n";
    expect(gatesOf(text)).toEqual(["6 < 2 s"]);
  });

  it("leaves the state of a risk in a list to the risk", () => {
    const text =
      "# Mill\n\n## Readiness Checklist\n\n### 5. Risks of flood\n\n1. **High water**\n   - [x] Seen\n   - **Status**: MITIGATED\n";
    expect(itemsOf(text)).toEqual(["5 step unknown", "8 task done"]);
  });
});

describe("headings", () => {
  it("say the state of a phase that no other heading defines", () => {
    expect(itemsOf("# Mill test plan\n\n## Phase 2 Implementation Status: ✅ COMPLETED\n\nText.\n")).toEqual([
      "3 phase done",
    ]);
  });

  it("count test cases as work only in a phase", () => {
    const cases = "### Test case 1: Dry\n1. Open\n\n### Test case 2: Wet\n1. Close\n";
    expect(itemsOf(`# Mill\n\n## Phase 3: By hand\n\n${cases}`)).toEqual([
      "3 phase unknown",
      "5 step unknown",
      "8 step unknown",
    ]);
    expect(itemsOf(`# Mill\n\n## By hand\n\n${cases}`)).toEqual([]);
  });

  it("below the title speak of the document, and dates keep a log", () => {
    const text = "# Mill\n## Wheel and sluice\n\n**Status**: done\n\n## Log\n\n### 2026-03-01\n- [x] Oiled\n";
    expect(itemsOf(text)).toEqual(["9 task done"]);
  });

  it("of an order name stages again where these have headings", () => {
    const order = "## Implementation order\n\n1. Wheel\n2. Sluice\n";
    expect(itemsOf(`# Mill\n\n## Phase 1: Wheel\n\nText.\n\n${order}`)).toEqual(["3 phase unknown"]);
    expect(itemsOf(`# Mill\n\n${order}`)).toEqual(["5 task unknown", "6 task unknown"]);
  });

  it("name one task or epic that the whole document is about", () => {
    expect(itemsOf("# Task: Mend the wheel\n\n- Priority: high\n\n## Why\n\nIt broke.\n")).toEqual(["1 task unknown"]);
    expect(itemsOf("---\nname: wheel\nstatus: complete\n---\n\n# Epic: wheel\n\nText.\n")).toEqual(["6 phase done"]);
  });

  it("announce what is to be tested", () => {
    expect(itemsOf("# Mill\n\n## Edge cases to test\n\n1. High water\n2. Ice\n")).toEqual([
      "5 task unknown",
      "6 task unknown",
    ]);
    expect(itemsOf("# Mill\n\n## Later tests\n\nConsider adding:\n1. A test of ice\n")).toEqual(["6 task unknown"]);
  });
});

describe("lines", () => {
  it("that begin with a mark are criteria under a heading for them", () => {
    expect(itemsOf("# Mill\n\n## Success Criteria\n✅ It turns\n✅ It stops\n")).toEqual([
      "4 criterion done",
      "5 criterion done",
    ]);
  });

  it("in bold that head a paragraph are tasks under a heading for them", () => {
    const text = "# Mill\n\n## Follow-up tasks\n\n**M-A — Grease the axle**\nIt squeaks.\n*Scope: one hour.*\n";
    expect(itemsOf(text)).toEqual(["5 task unknown"]);
  });

  it("that name a stage and say what it is define it, and later boxes tell it again", () => {
    const text =
      "# Mill\n\n## Phase 1: Wheel\n\nText.\n\n## What comes then\n\n**Phase 2**: Turn the stones\n\n## Checklist\n\n- [x] Phase 1: Wheel turns\n- [ ] Phase 2: Stones turned\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "9 phase unknown"]);
  });

  it("of several phases at once mention them", () => {
    const text = "# Mill\n\nThe rest is told below:\n- Phase 2-3: by others\n\n## Phase 1: Wheel\n\nText.\n";
    expect(itemsOf(text)).toEqual(["6 phase unknown"]);
  });

  it("with an empty box may say that work has begun", () => {
    expect(itemsOf("# Mill\n\n## Tasks\n\n- [ ] Roof (in progress)\n- [ ] Door\n")).toEqual([
      "5 task in_progress",
      "6 task pending",
    ]);
  });

  it("of an owner are no work in a list of work", () => {
    expect(itemsOf("# Mill\n\n## Milestones\n\n* *Owner:* @ada\n* Wheel turns\n")).toEqual(["6 task unknown"]);
  });
});

describe("criteria", () => {
  it("are all entries of a list of benchmarks that stands among criteria", () => {
    const text = "# Mill\n\n## Success Criteria\n\n### Performance Benchmarks\n- Start: < 1 s\n- Noise: bearable\n";
    expect(itemsOf(text)).toEqual(["6 criterion unknown", "7 criterion unknown"]);
  });

  it.each([
    ["80%+ of the flour passes within 3 rounds", ["5 >= 80 %"]],
    ["Target: 100% pass rate (25/25)", ["5 = 100 %"]],
  ])("say once what they ask: %s", (entry, gates) => {
    expect(gatesOf(`# Mill\n\n## Success Criteria\n\n- ${entry}\n`)).toEqual(gates);
  });
});
