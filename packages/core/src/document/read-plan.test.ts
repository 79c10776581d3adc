import { describe, expect, it } from "vitest";
import type { PlanDocument } from "../plan/inspection.ts";
import { HoldpointError } from "../problem.ts";
import { readPlan } from "./read-plan.ts";
import { MOST_DOCUMENT_BYTES } from "./source-text.ts";

const encoder = new TextEncoder();

function read(text: string, fileName = "PLAN.md"): PlanDocument {
  return readPlan(encoder.encode(text), { fileName });
}

/** `line kind claimed title` of each item. */
function items(document: PlanDocument): string[] {
  return document.items.map(({ line, kind, claimed, title }) => `${line} ${kind} ${claimed} ${title}`);
}

/** `line op value unit` of each gate. */
function gates(document: PlanDocument): string[] {
  return document.gates.map(({ line, criterion }) =>
    criterion === null
      ? `${line} untyped`
      : `${line} ${criterion.op} ${String(criterion.value)} ${criterion.unit ?? "-"}`,
  );
}

function refusal(bytes: Uint8Array, fileName = "PLAN.md"): HoldpointError {
  try {
    readPlan(bytes, { fileName });
  } catch (error) {
    if (error instanceof HoldpointError) return error;
    throw error;
  }
  throw new Error("the document was read");
}

describe("what is refused", () => {
  it("names the first byte that is no UTF-8, its line and what it looks like", () => {
    const error = refusal(new Uint8Array([35, 32, 65, 10, 10, 67, 97, 102, 0xe9, 32, 98, 97, 114, 10]));
    expect(error.code).toBe("HP1001");
    expect(error.place).toMatchObject({ file: "PLAN.md", line: 3 });
    expect(error.message).toContain("0xE9 at offset 8");
    expect(error.remedy).toContain("Latin-1");
  });

  it.each([
    [[0xc0, 0x80], 0],
    [[0x61, 0xed, 0xa0, 0x80], 1],
    [[0xf4, 0x90, 0x80, 0x80], 0],
    [[0xe2, 0x82], 0],
    [[0x61, 0xf0, 0x80, 0x80, 0x80], 1],
    [[0xe0, 0x80, 0x80], 0],
  ])("finds the bad byte of %j", (bytes, offset) => {
    expect(refusal(new Uint8Array(bytes)).params["offset"]).toBe(offset);
  });

  it("recognises UTF-16 by its mark and by its zero bytes", () => {
    expect(refusal(new Uint8Array([0xff, 0xfe, 65, 0])).code).toBe("HP1005");
    expect(refusal(new Uint8Array([0xfe, 0xff, 0, 65])).message).toContain("big endian");
    expect(refusal(new Uint8Array([35, 0, 32, 0, 65, 0, 10, 0])).message).toContain("little endian");
    expect(refusal(new Uint8Array([0, 35, 0, 32, 0, 65])).message).toContain("big endian");
  });

  it("refuses binary data with the place of the zero byte", () => {
    const error = refusal(new Uint8Array([80, 75, 3, 4, 10, 0, 8, 9]));
    expect(error.code).toBe("HP1002");
    expect(error.place.line).toBe(2);
  });

  it("refuses a document of nothing but white space", () => {
    expect(refusal(new Uint8Array()).code).toBe("HP1003");
    expect(refusal(encoder.encode(" \r\n\t\n")).code).toBe("HP1003");
  });

  it("refuses one byte over the limit before it looks at the bytes", () => {
    const error = refusal(new Uint8Array(MOST_DOCUMENT_BYTES + 1));
    expect(error.code).toBe("HP1004");
    expect(error.message).toContain(String(MOST_DOCUMENT_BYTES));
  });

  it("says exit code 65 and a remedy for each refusal", () => {
    const error = refusal(new Uint8Array());
    expect(error.definition.exit).toBe(65);
    expect(error.remedy).not.toBe("");
  });
});

describe("hostile text", () => {
  it("reads lists nested 1,000 deep", () => {
    const rows = Array.from({ length: 1000 }, (_, i) => `${"  ".repeat(i)}- [ ] level ${i}`);
    expect(read(`# Deep\n\n${rows.join("\n")}\n`).items).toHaveLength(1000);
  });

  it("reads quotes nested 1,000 deep and refuses 10,000", () => {
    expect(read(`# Deep\n\n${">".repeat(1000)} - [ ] far\n`).items).toHaveLength(1);
    expect(refusal(encoder.encode(`# Deep\n\n${"> ".repeat(10_000)}far\n`)).code).toBe("HP1006");
  });

  // A pattern that looked again at what it has seen would take hours for these; the time limit of a test is its measure.
  it.each([
    "a",
    "*",
    "[",
    "`",
    "| ",
    "1 ",
    "✅",
    "(",
    "**a** ",
    "a: ",
    "depends on T1, ",
    "<b>",
    "&lt;",
    "\\",
    "done ",
    "_",
    "~~",
    "- ",
    "](",
  ])("reads a line of 1 MB of %j", (unit) => {
    const long = unit.repeat(Math.ceil(1_000_000 / unit.length));
    const row = `| Task | Status |\n| --- | --- |\n| ${long} | done |`;
    const text = `# Plan\n\n## Success criteria\n\n- [ ] one ${long}\n\n## ${long}\n\n**Status**: ${long}\n\n${row}\n\nx ${long}\n`;
    expect(read(text).items.length).toBeGreaterThan(0);
  });

  it("keeps HTML in titles as text", () => {
    const [item] = read("# Plan\n\n- [ ] Try <script>alert(1)</script> & <b>this</b>\n").items;
    expect(item?.title).toBe("Try <script>alert(1)</script> & <b>this</b>");
  });

  it("takes nothing from HTML comments", () => {
    expect(read("# Plan\n\n<!--\n- [ ] not this\n\n## Phase 1: nor this\n-->\n\n- [ ] this\n").items).toHaveLength(1);
  });
});

describe("fences", () => {
  it("never takes items from a fence", () => {
    const text = "# Plan\n\n```\n- [ ] no\n## Phase 1: no\n```\n\n~~~md\n- [x] no\n~~~\n\n- [ ] yes\n";
    expect(items(read(text))).toEqual(["12 task pending yes"]);
  });

  it("goes on after a fence that never closes, and says so", () => {
    const read1 = read("# Plan\n\n```bash\nnpm test\n\n## Phase 2: Later\n\n- [ ] more\n");
    expect(items(read1)).toEqual(["6 phase unknown Phase 2: Later", "8 task pending more"]);
    expect(read1.problems).toMatchObject([{ code: "HP1101", line: 3, lines: [3, 5] }]);
  });

  it("leaves an unclosed fence of a program alone", () => {
    expect(read("# Plan\n\n- [ ] one\n\n```bash\nnpm test\n# a comment\nnpm run build\n").items).toHaveLength(1);
  });

  it("keeps a Markdown template with fences of its own whole", () => {
    const text = "# Plan\n\n```markdown\n## Task 1: no\n```bash\nls\n```\n- [ ] no\n```\n\n- [ ] yes\n";
    expect(items(read(text))).toEqual(["11 task pending yes"]);
  });

  it("reads on by the letter when a template never balances", () => {
    expect(read("# Plan\n\n```markdown\n```bash\nls\n```\n\n- [ ] yes\n").items).toHaveLength(1);
  });
});

describe("what looks like a part of a plan and is none", () => {
  it("is listed: boxes in indented code, boxes in HTML, boxes without text", () => {
    const document = read(
      "# P\n\ntext\n\n    - [ ] in code\n\n<details>\n- [x] in HTML\n</details>\n\n- [ ]\n\n<!-- - [ ] in a comment -->\n",
    );
    expect(document.items).toEqual([]);
    expect(document.notUnderstood.map(({ line }) => line)).toEqual([5, 8, 11]);
  });
});

describe("keys", () => {
  it("are the explicit id where it is unique", () => {
    expect(read("# P\n\n- [ ] T001 One\n- [ ] T002 Two\n").items.map(({ key }) => key)).toEqual(["T001", "T002"]);
  });

  it("stay the same when lines move and when other items come and go", () => {
    const before = read("# P\n\n## Phase 1: A\n\n- [ ] one\n- [ ] two\n");
    const after = read("# P\n\nMore words.\n\n## Phase 0: Z\n\n- [ ] zero\n\n## Phase 1: A\n\n- [x] two\n- [ ] one\n");
    const keyOf = (document: PlanDocument, title: string): string | undefined =>
      document.items.find((item) => item.title === title)?.key;
    for (const title of ["one", "two", "Phase 1: A"]) expect(keyOf(after, title)).toBe(keyOf(before, title));
  });

  it("differ for the same title under different parents and for repeats", () => {
    const document = read("# P\n\n## Phase 1: A\n\n- [ ] commit\n- [ ] commit\n\n## Phase 2: B\n\n- [ ] commit\n");
    expect(new Set(document.items.map(({ key }) => key)).size).toBe(5);
  });

  it("come from the title when an id stands twice, and the reader says so", () => {
    const document = read("# P\n\n- [ ] T1-1 One\n- [ ] T1-1 Two\n");
    expect(document.items.map(({ key }) => key)).not.toContain("T1-1");
    expect(document.problems).toMatchObject([{ code: "HP1102", kind: "duplicate-id", lines: [3, 4] }]);
  });
});

describe("relations between items", () => {
  const dependencies = (document: PlanDocument): Record<string, readonly string[]> =>
    Object.fromEntries(
      document.items.filter(({ dependsOn }) => dependsOn.length > 0).map((item) => [item.key, item.dependsOn]),
    );

  it("reads dependencies from prose, brackets, columns and Obsidian marks", () => {
    const document = read(
      "# P\n\n- [ ] T001 a\n- [ ] T002 b (depends on T001)\n- [ ] T003 c (depends on T001, T002)\n- [ ] T004 d\n" +
        "  - Depends on: T003\n- [ ] e 🆔 abc123\n- [ ] T005 f ⛔ abc123\n\n" +
        "| ID | Task | Depends on | Status |\n| --- | --- | --- | --- |\n| X-1 | g | T001 and T004 | open |\n| X-2 | h | – | open |\n",
    );
    expect(dependencies(document)).toEqual({
      T002: ["T001"],
      T003: ["T001", "T002"],
      T004: ["T003"],
      T005: ["abc123"],
      "X-1": ["T001", "T004"],
    });
    expect(document.problems).toEqual([]);
  });

  it("reads ranges and stages", () => {
    const document = read(
      "# P\n\n## Phase 1: A\n\n- [ ] T001 a\n- [ ] T002 b\n- [ ] T003 c\n\n## Phase 2: B\n\n**Depends on**: Phase 1\n\n- [ ] T004 d (depends on T001-T003)\n",
    );
    const phase1 = document.items[0]?.key ?? "";
    expect(Object.values(dependencies(document))).toEqual([[phase1], ["T001", "T002", "T003"]]);
  });

  it("notes references that lead nowhere and cycles", () => {
    const document = read(
      "# P\n\n- [ ] T001 a (depends on T002)\n- [ ] T002 b (depends on T001)\n- [ ] T003 c (depends on T999)\n",
    );
    expect(document.problems.map(({ code, kind, lines }) => ({ code, kind, lines }))).toEqual([
      { code: "HP1104", kind: "cycle", lines: [3, 4] },
      { code: "HP1103", kind: "dangling-reference", lines: [5] },
    ]);
  });

  it("takes a mermaid graph of items for dependencies and leaves other graphs alone", () => {
    const tasks = "# P\n\n## Phase 1: A\n\n- [ ] **1.1 one**\n\n## Phase 2: B\n\n- [ ] **2.1 two**\n\n";
    const graph = "```mermaid\ngraph TD\n  P1[Phase 1: A] --> X[Phase 2.1: two]\n  X -->|then| P2[Phase 2: B]\n```\n";
    const document = read(tasks + graph);
    const [phase1, , phase2] = document.items.map(({ key }) => key);
    expect(dependencies(document)).toEqual({ "2.1": [phase1], [phase2 ?? ""]: ["2.1"] });
    const other = "```mermaid\nflowchart TB\n  core --> cli\n  core --> server\n```\n";
    expect(dependencies(read(tasks + other))).toEqual({});
  });

  it("takes `after` of a gantt chart and arrows between stages", () => {
    const gantt = "```mermaid\ngantt\n  title T\n  First :a1, 2024-01-01, 3d\n  Second :a2, after a1, 2d\n```\n";
    const document = read(`# P\n\n- [ ] First\n- [ ] Second\n\n${gantt}`);
    expect(document.items[1]?.dependsOn).toEqual([document.items[0]?.key]);
    const art = read("# P\n\n## Phase 1: A\n\n## Phase 2: B\n\n```\nPhase 1 ──► Phase 2\n```\n");
    expect(art.items[1]?.dependsOn).toEqual([art.items[0]?.key]);
  });

  it("reads modes from words and marks", () => {
    const document = read(
      "# P\n\n## Phase 1: A (Sequential 🐌)\n\n- [ ] **🐌 1.1 a**\n- [ ] T9 [P] b\n- [ ] c\n  - _Can run in parallel with 1.1_\n",
    );
    expect(document.items.map(({ mode }) => mode)).toEqual(["sequential", "sequential", "parallel", "parallel"]);
  });

  it("reads owners, team, priority, complexity, effort, window and blockers", () => {
    const document = read(
      "# P\n\n## 🔒 **Safety Team** (Lead: ada)\n**Priority: HIGH | Timeline: Week 1-2**\n\n" +
        "| ID | Task | Assigned To | Complexity | Effort | Blockers | Status |\n| - | - | - | - | - | - | - |\n" +
        "| S-1 | Lock it | ada, grace | High | 2d | key missing | 🔴 Pending |\n",
    );
    expect(document.items[0]).toMatchObject({ kind: "phase", owners: ["ada"], priority: "HIGH", window: "Week 1-2" });
    expect(document.items[1]).toMatchObject({
      key: "S-1",
      owners: ["ada", "grace"],
      complexity: "High",
      effort: "2d",
      blockers: ["key missing"],
      claimed: "pending",
    });
  });
});

describe("status", () => {
  it.each([
    ["[ ]", "pending"],
    ["[x]", "done"],
    ["[X]", "done"],
    ["[~]", "in_progress"],
    ["[/]", "in_progress"],
    ["[-]", "cancelled"],
    ["[>]", "deferred"],
    ["[!]", "blocked"],
  ])("reads the box %s", (box, claimed) => {
    expect(read(`# P\n\n- ${box} one\n`).items[0]?.claimed).toBe(claimed);
  });

  it("reads Kiro's optional box", () => {
    const [item] = read("# P\n\n- [ ]* 3.4 Write unit tests\n").items;
    expect(item).toMatchObject({ id: "3.4", title: "Write unit tests", optional: true, claimed: "pending" });
  });

  it("takes Obsidian's dates for dates", () => {
    const [done, due] = read("# P\n\n- [x] #task one ✅ 2023-04-17\n- [ ] #task two ⏳ 2023-04-14 ⏫\n").items;
    expect(done).toMatchObject({ claimed: "done" });
    expect(due).toMatchObject({ claimed: "pending", window: "2023-04-14", priority: "high" });
  });

  it.each([
    ["## Phase 1: A ✅", "done"],
    ["## Phase 1: A - COMPLETED", "done"],
    ["## ✅ **PHASE 1: A (Weeks 1-2) - COMPLETED**", "done"],
    ["## Phase 1: A 🔄 **PARTIALLY COMPLETE (21%)**", "partial"],
    ["## Phase 1: A (in progress)", "in_progress"],
    ["## Phase 1: A [BLOCKED]", "blocked"],
    ["## Phase 1: A ⏳", "pending"],
    ["## Phase 1: Complete the merge", "unknown"],
    ["## Phase 1: A 🔬", "unknown"],
    ["## Phase 1: Remove completed tasks", "unknown"],
  ])("reads %s", (heading, claimed) => {
    expect(read(`# P\n\n${heading}\n`).items[0]?.claimed).toBe(claimed);
  });

  it.each([
    ["✅ Completed", "done"],
    ["🔄 In Progress (30% complete)", "in_progress"],
    ["66% complete", "in_progress"],
    ["100% complete", "done"],
    ["❌ **STILL BROKEN** - see below", "failed"],
    ["Not started", "pending"],
    ["not implemented", "pending"],
    ["Partially implemented", "partial"],
    ["mostly done", "partial"],
    ["on hold", "blocked"],
    ["deferred as an item", "deferred"],
    ["Won't do", "cancelled"],
    ["Ready for review by the board", "in_progress"],
    ["Ready for implementation", "pending"],
    ["✅ Ready", "done"],
    ["Awaiting a decision", "unknown"],
    ["44,310/20,019 TODO items", "unknown"],
  ])("reads the status line %s", (value, claimed) => {
    expect(read(`# P\n\n## Step 1: A\n\n**Status**: ${value}\n`).items[0]?.claimed).toBe(claimed);
  });

  it("recognises marks that were encoded twice, also with a lost byte", () => {
    const document = read(
      "# P\n\n## Phase 1: A â\u0153\u2026\n\n## Phase 2: B ð\u0178\u201d\u201e\n\n## Phase 3: C â\u0152\n",
    );
    expect(document.items.map(({ claimed }) => claimed)).toEqual(["done", "in_progress", "failed"]);
    expect(document.problems).toMatchObject([{ code: "HP1105", kind: "encoding" }]);
  });

  it("leaves honest accents alone", () => {
    expect(read("# P\n\n- [ ] Ã© and â and ï\n").items[0]?.title).toBe("Ã© and â and ï");
  });
});

describe("gates and checks", () => {
  it("types criteria with thresholds on the line of the criterion", () => {
    const document = read("# P\n\n## Quality gates\n\n- [x] Uptime: >99.9%\n- [ ] Scan: clean\n- [ ] Works as told\n");
    expect(gates(document)).toEqual(["5 > 99.9 %", "6 = clean -", "7 untyped"]);
    expect(document.gates[0]).toMatchObject({ metric: "uptime", item: document.items[0]?.key, severity: "critical" });
  });

  it("takes the severity from headings", () => {
    const text =
      "# P\n\n### Critical Gates (Must Pass)\n\n- [ ] A: 1%\n\n### Important Gates (Should Pass)\n\n- [ ] B: 2%\n\n### Enhancement Gates (Nice to Have)\n\n- [ ] C: 3%\n";
    expect(read(text).gates.map(({ severity }) => severity)).toEqual(["critical", "important", "enhancement"]);
  });

  it("keeps what it cannot type as a gate without a criterion, beside what it can", () => {
    const document = read("# P\n\n## Step 1: A\n\n**Quality Gate:** 100% tests passing + docs review + 24hr canary\n");
    expect(gates(document)).toEqual(["5 = 100 %", "5 >= 24 h", "5 untyped"]);
    expect(document.problems.map(({ code }) => code)).toContain("HP1108");
  });

  it("says when a threshold has no operator", () => {
    const document = read("# P\n\n## Success criteria\n\n- [ ] 80% test coverage achieved\n");
    expect(gates(document)).toEqual(["5 = 80 %"]);
    expect(document.problems).toMatchObject([{ code: "HP1106", severity: "info" }]);
  });

  it("reads checks from lines and lists, tied to the gates of their block", () => {
    const document = read(
      "# P\n\n## Step 1: A\n\n**Quality Gates**:\n\n- [ ] p95: <500ms\n      **Automated Checks**: curl -f http://localhost/health\n\n" +
        "**Verification Commands**:\n\n- `npm test`\n\n## Step 2: B\n\n**Automated Checks**:\n\n```bash\n# first\nnpm run lint\n$ npm run build\n```\n",
    );
    const [step1, , step2] = document.items.map(({ key }) => key);
    expect(document.checks.map(({ line, command, item }) => ({ line, command, item }))).toEqual([
      { line: 8, command: "curl -f http://localhost/health", item: step1 },
      { line: 12, command: "npm test", item: step1 },
      { line: 20, command: "npm run lint", item: step2 },
      { line: 21, command: "npm run build", item: step2 },
    ]);
    expect(document.checks[0]?.block).toBe(document.gates[0]?.block);
    expect(document.checks[1]?.block).not.toBe(document.gates[0]?.block);
  });
});

describe("retelling", () => {
  it("tells an item once and keeps the other place as a restatement", () => {
    const document = read(
      "# P\n\n| Phase | Status | Timeline |\n| --- | --- | --- |\n| **Phase 1** | ✅ Completed | Week 1 |\n\n## Phase 1: A 🔄\n\n**Phase 1 Status**: ✅ COMPLETE\n",
    );
    expect(items(document)).toEqual(["7 phase in_progress Phase 1: A"]);
    const of = document.items[0]?.key;
    expect(document.restated).toEqual([
      { line: 5, of, claimed: "done" },
      { line: 9, of, claimed: "done" },
    ]);
  });

  it("gives every item a confidence and a reason", () => {
    for (const item of read("# P\n\n## Phase 1: A\n\n- [ ] b\n\n### Deliverables\n\n- c\n").items) {
      expect(item.confidence).toBeGreaterThan(0);
      expect(item.confidence).toBeLessThanOrEqual(1);
      expect(item.reason).toMatch(/^[a-z]+\.[a-z]+: ./);
    }
  });

  it("is deterministic", () => {
    const text = "# P\n\n## Phase 1: A\n\n- [ ] b\n- [x] c\n";
    expect(read(text)).toEqual(read(text));
  });
});
