import { describe, expect, it } from "vitest";
import type { PlanDocument } from "../plan/inspection.ts";
import { readPlan } from "./read-plan.ts";

const read = (text: string, fileName = "PLAN.md"): PlanDocument =>
  readPlan(new TextEncoder().encode(text), { fileName });
const told = (text: string): string[] =>
  read(text).items.map(({ line, kind, claimed }) => `${line} ${kind} ${claimed}`);
const gates = (text: string): string[] =>
  read(text).gates.map(({ line, metric, criterion }) => {
    return `${line} ${metric} ${criterion === null ? "untyped" : `${criterion.op} ${String(criterion.value)} ${criterion.unit}`}`;
  });

describe("the time through which a criterion holds", () => {
  const window = (line: string): unknown =>
    read(`# P\n\n## Acceptance criteria\n\n- ${line}\n`).gates.map(({ criterion }) => criterion);

  it("is a window that holds what stands before it", () => {
    expect(window("Error rate < 1% for 24h")).toMatchObject([
      { kind: "absolute", op: "<", value: 1, unit: "%" },
      { kind: "window", op: ">=", value: 24, unit: "h", holds: [{ kind: "absolute", op: "<", value: 1 }] },
    ]);
  });

  it("holds the state where a state stands before it", () => {
    expect(window("All alarms green for 2 days")).toMatchObject([
      { kind: "window", value: 2, unit: "d", holds: [{ kind: "state", value: "green" }] },
    ]);
  });

  it("holds zero findings where none may happen", () => {
    expect(window("No collision in 48h")).toMatchObject([
      { kind: "window", value: 48, unit: "h", holds: [{ op: "=", value: 0, counts: "findings" }] },
    ]);
  });

  it("is not typed when a number before it is not understood", () => {
    expect(window("Runs 1e5 jobs for 24h")).toEqual([null]);
  });

  it("is no second gate where the window is typed already", () => {
    expect(window("24h soak")).toHaveLength(1);
  });
});

describe("gates in words", () => {
  it("reads a witness from a line of its own", () => {
    expect(read("# P\n\n**Quality gate**: 1 of editor not producer\n").gates[0]?.criterion).toMatchObject({
      kind: "witness",
      role: "editor",
      notProducer: true,
    });
  });

  it("leaves HTML tags out of metric names", () => {
    expect(gates("# P\n\n## Quality gates\n\n- [ ] <b>cov</b>: >= 90%\n")).toEqual(["5 cov >= 90 %"]);
  });

  it("reads a demand that runs over two lines, each number on its own line", () => {
    expect(gates("# P\n\nDone later. Required: open < 50 ms and\nclose < 16 ms. It took 14 ms.\n")).toEqual([
      "3 open < 50 ms",
      "4 close < 16 ms",
    ]);
  });

  it("reads what must be, where it has a unit", () => {
    expect(gates("# P\n\nThe answer must be under 2 s.\n\nThere must be at least 3 people.\n")).toEqual([
      "3 answer < 2 s",
    ]);
  });

  it("reads no demand in a section that reports", () => {
    expect(gates("# P\n\n## Background\n\nThe answer must be under 2 s.\n")).toEqual([]);
  });

  it("takes no threshold for a demand under rules for stopping", () => {
    expect(gates("# P\n\n## Halt rules\n\n### Metrics\n\n- Error rate > 3%\n")).toEqual([]);
  });

  it("reads a target beside a label, and none without a number", () => {
    expect(gates("# P\n\n- **Target**: <90s boarding\n- **Target**: soon\n")).toEqual(["3 boarding < 90 s"]);
  });
});

describe("tables", () => {
  it("reads a column of targets without a column of metrics", () => {
    const text = "# P\n\n| Area | Today | Target |\n|---|---|---|\n| Start | 3s | < 1s |\n| Size | 9MB | <= 4MB |\n";
    expect(gates(text)).toEqual(["5 start < 1 s", "6 size <= 4 MB"]);
  });

  it("leaves a column of targets alone that holds words", () => {
    expect(told("# P\n\n| Area | Target |\n|---|---|\n| Start | everyone |\n")).toEqual([]);
  });

  it("takes rows for tasks where the section announces them", () => {
    expect(told("# P\n\n## Standing tasks\n\n| Task | How often |\n|---|---|\n| Oil it | daily |\n")).toEqual([
      "7 task unknown",
    ]);
  });

  it("reads gates from columns of their own", () => {
    const text =
      "# P\n\n| Phase | Owner | Status | Gate |\n|---|---|---|---|\n| Build | Jo | Planned | p95 < 200ms |\n| Rest | Jo | Done | - |\n";
    expect(told(text)).toEqual(["5 phase pending", "6 phase done"]);
    expect(gates(text)).toEqual(["5 p95 < 200 ms"]);
  });

  it("does not take a note in brackets for a status", () => {
    expect(told("# P\n\n| Task | Owner | Notes |\n|---|---|---|\n| Oil it | Jo | (approved) |\n")).toEqual([
      "5 task unknown",
    ]);
  });
});

describe("a document that is one task", () => {
  it("is named by its title and has its status", () => {
    const [item] = read("# Story 7.2: Berth map\n\nStatus: in-progress\n\n## Story\n\nText.\n").items;
    expect(item).toMatchObject({ kind: "task", id: "7.2", line: 1, claimed: "in_progress" });
  });

  it("may have its status under a heading", () => {
    expect(told("# Story 7.2: Berth map\n\n## Status\n\nDone\n\n## Story\n\nText.\n")).toEqual(["1 task done"]);
  });

  it("may have its status in a section of facts", () => {
    expect(told("# OPS-12: Oil\n\n## Metadata\n\n- Status: blocked\n\n## Goal\n\nText.\n")).toEqual(["1 task blocked"]);
  });

  it("is none without a status, and no proposal is one", () => {
    expect(told("# OPS-12: Oil\n\n## Goal\n\nText.\n")).toEqual([]);
    expect(told("# RFC-12: Oil\n\nStatus: draft\n\n## Goal\n\nText.\n")).toEqual([]);
  });
});

describe("frontmatter that lists phases", () => {
  const front =
    "---\nphases:\n  - id: a\n    title: First\n    owner: Jo\n    status: done\n  - id: b\n    title: Second\n---\n";

  it("gives what it says to the headings that define them", () => {
    const { items } = read(`${front}\n# P\n\n## Phase \`a\`\n\nText.\n`);
    expect(items.map(({ line, id, claimed, owners }) => ({ line, id, claimed, owners }))).toEqual([
      { line: 7, id: "b", claimed: "unknown", owners: [] },
      { line: 13, id: "a", claimed: "done", owners: ["Jo"] },
    ]);
  });

  it("refuses a document whose frontmatter is a bomb", () => {
    const rows = ["a: &a [x,x,x,x,x,x,x,x,x,x]"];
    for (let i = 1; i < 9; i += 1) {
      const before = `*${"abcdefghi".charAt(i - 1)}`;
      rows.push(
        `${"abcdefghi".charAt(i)}: &${"abcdefghi".charAt(i)} [${Array.from({ length: 10 }, () => before).join(",")}]`,
      );
    }
    const bomb = `${rows.join("\n")}\n`;
    expect(() => read(`---\n${bomb}---\n\n# P\n`)).toThrow(/HP1008|aliases/);
    expect(() => read(`# P\n\n\`\`\`yaml\n${bomb}\`\`\`\n`)).toThrow(/HP1008|aliases/);
    expect(() => read(bomb, "PLAN.yaml")).toThrow(/HP1008|aliases/);
  });
});

describe("references and titles", () => {
  it("resolves a step by its number and by its name", () => {
    const { items, problems } = read(
      "# P\n\n### Step 3.1: A (parallel)\n\n### Step 3.2: B\n**Depends on**: 3.1\n\n### Step 3.3: C\n**Depends on**: Step 3.1, Step 3.2\n",
    );
    expect(items.map(({ id, title, dependsOn }) => ({ id, title, dependsOn }))).toEqual([
      { id: "3.1", title: "Step 3.1: A", dependsOn: [] },
      { id: "3.2", title: "Step 3.2: B", dependsOn: ["3.1"] },
      { id: "3.3", title: "Step 3.3: C", dependsOn: ["3.1", "3.2"] },
    ]);
    expect(problems).toEqual([]);
  });

  it("leaves the number of a step to the task that has it as id", () => {
    const { items } = read("# P\n\n### Step 3.1: A\n\n- [ ] 3.1 Do it\n");
    expect(items.map(({ id }) => id)).toEqual([null, "3.1"]);
  });

  it("resolves a short name at the start of a title", () => {
    const { items, problems } = read("# P\n\n- [ ] T1 Set up\n- [ ] T2 Go on @jo (depends on T1)\n");
    expect(items[1]).toMatchObject({ title: "T2 Go on", owners: ["jo"], dependsOn: [items[0]?.key] });
    expect(problems).toEqual([]);
  });

  it("still says that a reference leads nowhere", () => {
    expect(read("# P\n\n- [ ] A-10 Go on (depends on A-99)\n").problems.map(({ code }) => code)).toEqual(["HP1103"]);
  });
});

describe("templates in Markdown fences", () => {
  const inside = "# Page\n\n## Step 1: Press\n\n```\nplain text\n```\n";

  it("hide a bare fence and everything else in them", () => {
    expect(told(`# P\n\n\`\`\`markdown\n${inside}\n- [ ] no item\n\`\`\`\n\n- [ ] item\n`)).toEqual([
      "15 task pending",
    ]);
  });

  it("end with the fence inside when the next template begins", () => {
    const one = `\`\`\`markdown\n${inside}\nWhy: it helps.\n`;
    expect(told(`# P\n\n${one}\n- [ ] item\n\n${one}\n- [ ] next\n`)).toEqual(["14 task pending", "27 task pending"]);
  });
});

describe("lists and labels", () => {
  it("knows entries below a task only where a label says that they are criteria", () => {
    expect(
      told("# P\n\n## Tasks\n\n- [ ] Go\n  - **Acceptance**:\n    - It runs\n  - **Files**:\n    - a.ts\n"),
    ).toEqual(["5 task pending", "7 criterion unknown"]);
  });

  it("keeps an entry's own state in a list named by another", () => {
    expect(told("# P\n\n## Pending\n\n- Go\n- ~~Stay~~ — DONE\n")).toEqual(["5 task pending", "6 task done"]);
  });

  it("does not read the last remarks of a document as those of its last section", () => {
    expect(told("# P\n\n## Phase 1: A\n\n- [ ] go\n\n## Sources\n\n---\n\nStatus: done\n")).toEqual([
      "3 phase unknown",
      "5 task pending",
    ]);
  });

  it("takes a goal for a criterion only where it states a threshold of the future", () => {
    expect(told("# P\n\n## Performance goals\n\n- Current: 9s\n- Start under 2s\n- Be kind\n")).toEqual([
      "6 criterion unknown",
    ]);
  });

  it("takes the only heading below the title for no step", () => {
    expect(told("# Implementation plan\n\n## The berth map\n\n- [ ] go\n")).toEqual(["5 task pending"]);
  });

  it("reads a mark between a stage's number and its title", () => {
    expect(told("# P\n\n## Phase 3 ✅ — Search\n\nText.\n")).toEqual(["3 phase done"]);
  });

  it("reads what stands below an entry of a list of milestones", () => {
    const text = "# P\n\n## Milestone list\n\n1. Health\n   - Status: Active\n   - Success: p95 < 2s\n";
    expect(told(text)).toEqual(["5 task in_progress"]);
    expect(gates(text)).toEqual(["7 p95 < 2 s"]);
  });

  it("knows quarters and short milestones as phases", () => {
    expect(told("# P\n\n## M1: Base\n\n- [ ] a\n\n## Q3 2026\n\n- [ ] b\n")).toEqual([
      "3 phase unknown",
      "5 task pending",
      "7 phase unknown",
      "9 task pending",
    ]);
  });
});
