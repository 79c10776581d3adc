import { describe, expect, it } from "vitest";
import type { PlanDocument } from "../plan/inspection.ts";
import { readPlan } from "./read-plan.ts";

const read = (text: string): PlanDocument => readPlan(new TextEncoder().encode(text), { fileName: "PLAN.md" });

/** `line metric kind-or-untyped` of each gate. */
const gates = (text: string): string[] =>
  read(text).gates.map(({ line, metric, criterion }) => `${line} ${metric} ${criterion?.kind ?? "untyped"}`);
const section = (heading: string, ...entries: string[]): string[] =>
  gates(`# P\n\n${heading}\n\n${entries.join("\n")}\n`);

describe("a section of gates", () => {
  it.each([
    "## Critical Gates",
    "## Quality gates",
    "## Gate 3",
    "## Gate B: Release",
    "### Gates before the release",
    "## Exit gate",
    "**Quality gates**:",
    "**Phase gate**",
    "## Must pass",
    "## Go / No-Go",
  ])("makes a gate of every entry: %s", (heading) => {
    expect(section(heading, "- Kiln is warm", "- [ ] Clay is soft", "", "1. Glaze dries")).toHaveLength(3);
  });

  it.each(["## Feature gates", "## Build the quality gates", "## Logic gates", "## Gateway", "## Goals"])(
    "is not announced by the word alone: %s",
    (heading) => {
      expect(section(heading, "- Kiln is warm", "- Clay is soft")).toEqual([]);
    },
  );

  it("keeps what it cannot type as a gate that cannot pass", () => {
    expect(section("## Gates", "- Potters like it", "- Fail the firing if cracks > 3", "- Track the humidity")).toEqual(
      ["5 potters_like_it untyped", "6 fail_the_firing_if_cracks_3 untyped", "7 track_the_humidity untyped"],
    );
  });

  it("makes none of introductions, remarks, empty entries and what only explains", () => {
    const text =
      "# P\n\n## Gates\n\nAll of these decide.\n\n- Potters like it\n  - because they buy it\n  - see the survey\n- Note: asked in May\n- **Rationale**: trust\n- None\n";
    expect(gates(text)).toEqual(["7 potters_like_it untyped"]);
  });

  it("takes a comparison below an entry as part of what is asked", () => {
    expect(section("## Gates", "- Firing is even", "  - spread < 4 %")).toEqual([
      "5 firing_is_even untyped",
      "6 spread absolute",
    ]);
  });

  it("reaches below labels and headings that only group", () => {
    const text = "# P\n\n## Gates\n\n**Kiln**:\n\n- Warm\n\n### 1. Clay\n\n- Soft\n\n### Glaze\n\n- [ ] Dry\n";
    expect(gates(text)).toEqual(["7 warm untyped", "11 soft untyped", "15 dry untyped"]);
    expect(read(text).items.map(({ kind }) => kind)).toEqual(["criterion", "criterion", "criterion"]);
  });

  it("ends at a label that reports and at the next section", () => {
    const text = "# P\n\n## Gates\n\n- Warm\n\n**Notes**:\n\n- old kiln\n\n## Results\n\n- sold 4\n";
    expect(gates(text)).toEqual(["5 warm untyped"]);
  });

  it("makes a gate of an entry that names a phase", () => {
    const text = "# P\n\n## Phase 1: Dig\n\n- [ ] dig\n\n## Gates\n\n- **Phase 1**: clay > 40 kg\n- [ ] Phase 1: Dig\n";
    expect(gates(text).map((gate) => gate.split(" ")[0])).toEqual(["9", "10"]);
  });

  it("stands below a phase that is told again for its gates", () => {
    const text = "# P\n\n## Phase 1: Dig\n\n- [ ] dig\n\n## Phase 1: Exit gates\n\n- Clay is soft\n";
    expect(gates(text)).toEqual(["9 clay_is_soft untyped"]);
  });
});

describe("a table of gates", () => {
  it("makes a gate of every row, whatever its columns are called", () => {
    const text =
      "# P\n\n## Gate 2\n\n| No | What | Asked | Who |\n| --- | --- | --- | --- |\n| 1 | Heat | < 900 ms | A |\n| 2 | Look | fine | B |\n| 3 | Feel | | C |\n";
    expect(gates(text)).toEqual(["7 heat absolute", "8 look untyped", "9 feel untyped"]);
  });

  it("is known by a first column for gates", () => {
    const text =
      "# P\n\n## Firing\n\n| Gate | Criteria | Evidence |\n| --- | --- | --- |\n| Heat | >= 80% (top) and >= 70% (base) | log |\n| Sale | 2 of 3 buyers | list |\n| Review | 2 of 3 reviewers | list |\n";
    expect(gates(text)).toEqual(["7 heat_top absolute", "7 heat_base absolute", "8 sale untyped", "9 review witness"]);
  });

  it("leaves a table of tasks what it is, and keeps what its column of gates asks", () => {
    const text =
      "# P\n\n## Work\n\n| Task | Gate | Status |\n| --- | --- | --- |\n| dig | clay > 40 % | done |\n| fire | looks good | open |\n";
    expect(read(text).items.map(({ kind }) => kind)).toEqual(["task", "task"]);
    expect(gates(text)).toEqual(["7 clay absolute", "8 looks_good untyped"]);
  });

  it("hangs the gate of a phase on the phase", () => {
    const text =
      "# P\n\n## Phase 1: Dig\n\n- [ ] dig\n\n## Gate overview\n\n| Phase | Gate |\n| --- | --- |\n| Phase 1 | clay > 40 % |\n";
    const {
      gates: [gate],
      items,
    } = read(text);
    expect(gate).toMatchObject({ line: 11, item: items[0]?.key });
  });
});

describe("several demands in one entry", () => {
  it.each([
    ["p95 < 200ms, p99 < 1s", ["p95 absolute", "p99 absolute"]],
    ["Response: p95 < 200ms, p99 < 1s", ["response_p95 absolute", "response_p99 absolute"]],
    ["coverage >= 80 % and 0 critical findings", ["coverage absolute", "critical_findings absolute"]],
    ["Coverage: >= 80% (lines) and >= 70% (branches)", ["coverage_lines absolute", "coverage_branches absolute"]],
    ["Heat: >= 80 % and <= 95 %", ["heat composite"]],
    ["Heat between 5 and 10 ms", ["heat composite"]],
    ["Heat: 80-90 %", ["heat composite"]],
    ["Errors < 1% for 24 hours", ["errors absolute", "errors window"]],
    ["Errors: < 1% sustained for 30 min", ["errors absolute", "errors window"]],
    [
      "Heat > 80% and sign-off by head potter within 48 hours",
      ["heat absolute", "sign_off_by_head_potter_within_48_hours witness"],
    ],
    ["Heat > 80% and sign-off by whoever is there, or not", ["heat_80_and_sign_off_by_whoever_is untyped"]],
    ["Heat: > 80% and two approvals from nobody in particular yet", ["heat untyped"]],
    ["99.9% heat for 3 months, 0 critical findings", ["critical_findings absolute", "99_9_heat_for_3_months untyped"]],
  ])("%s", (entry, expected) => {
    expect(section("## Gates", `- ${entry}`)).toEqual(expected.map((gate) => `5 ${gate}`));
  });

  it("keeps the load under which a threshold is asked, and makes no gate of it", () => {
    const gate = read("# P\n\n## Gates\n\n- p95 < 200ms at 1000 rps\n").gates;
    expect(gate).toHaveLength(1);
    expect(gate[0]?.criterion).toMatchObject({ value: 200, qualifier: "at 1000 rps" });
  });

  it("asks people in a list of criteria only where it says how many or until when", () => {
    expect(section("## Acceptance criteria", "- Approved by legal", "- 2 of 3 reviewers approve")).toEqual([
      "6 2_of_3_reviewers_approve witness",
    ]);
  });

  it("are kept of a line for a gate too", () => {
    expect(gates("# P\n\n## Phase 1: Dig\n\n**Gate**: 2 of 3 reviewers and clay > 80 %\n")).toEqual([
      "5 2_of_3_reviewers witness",
      "5 clay absolute",
    ]);
    expect(gates("# P\n\n## Phase 1: Dig\n\n**Gate 1**: clay > 80 % for 24 hours + nice\n")).toEqual([
      "5 clay window",
      "5 nice untyped",
    ]);
  });
});

describe("a label in a section of criteria", () => {
  it("only groups them where it says nothing of its own", () => {
    const text = "# P\n\n## Acceptance criteria\n\n**Clay**:\n\n- Soft\n- heat > 80 %\n\n**Notes**:\n\n- old\n";
    expect(read(text).items.map(({ line, kind }) => `${line} ${kind}`)).toEqual(["7 criterion", "8 criterion"]);
    expect(gates(text)).toEqual(["8 heat absolute"]);
  });
});
