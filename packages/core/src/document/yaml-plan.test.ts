import { describe, expect, it } from "vitest";
import type { PlanDocument } from "../plan/inspection.ts";
import { HoldpointError } from "../problem.ts";
import { readPlan } from "./read-plan.ts";

const encoder = new TextEncoder();

function read(text: string, fileName = "plan.yaml"): PlanDocument {
  return readPlan(encoder.encode(text), { fileName });
}

/** Reads a YAML block that stands in a fence of a Markdown plan. */
function fenced(yaml: string): PlanDocument {
  return read(`# P\n\n## Step 1: A\n\n\`\`\`yaml\n${yaml}\n\`\`\`\n`, "PLAN.md");
}

function gates(document: PlanDocument): string[] {
  return document.gates.map(({ line, metric, criterion, severity }) => {
    const typed =
      criterion === null ? "untyped" : `${criterion.op} ${String(criterion.value)} ${criterion.unit ?? "-"}`;
    return `${line} ${metric ?? "?"} ${typed} ${severity}`;
  });
}

function refusal(text: string): HoldpointError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof HoldpointError) return error;
    throw error;
  }
  throw new Error("the document was read");
}

describe("YAML plans", () => {
  it("reads phases, steps and tasks with their fields", () => {
    const document = read(
      "title: Launch\nphases:\n  - name: Build\n    status: in progress\n    owner: ada\n    tasks:\n" +
        "      - id: T1\n        title: One\n        status: done\n        priority: high\n      - id: T2\n        title: Two\n" +
        "        depends_on: [T1]\n        parallel: true\n        done: false\n      - Three\n  - name: Ship\n    steps:\n      pack: {title: Pack it}\n      send: done\n",
    );
    expect(document.title).toBe("Launch");
    expect(document.format).toBe("yaml");
    expect(document.items.map(({ line, kind, claimed, title, id }) => ({ line, kind, claimed, title, id }))).toEqual([
      { line: 3, kind: "phase", claimed: "in_progress", title: "Build", id: null },
      { line: 7, kind: "task", claimed: "done", title: "One", id: "T1" },
      { line: 11, kind: "task", claimed: "pending", title: "Two", id: "T2" },
      { line: 16, kind: "task", claimed: "unknown", title: "Three", id: null },
      { line: 17, kind: "phase", claimed: "unknown", title: "Ship", id: null },
      { line: 19, kind: "step", claimed: "unknown", title: "Pack it", id: "pack" },
      { line: 20, kind: "step", claimed: "done", title: "send", id: null },
    ]);
    const two = document.items.find(({ key }) => key === "T2");
    expect(two).toMatchObject({ dependsOn: ["T1"], mode: "parallel", parent: document.items[0]?.key });
    expect(document.items[1]).toMatchObject({ priority: "high" });
  });

  it("reads a list at the top as tasks, and wrappers around a plan", () => {
    expect(read("- id: A1\n  title: one\n- two\n").items.map(({ kind }) => kind)).toEqual(["task", "task"]);
    const document = read("plan:\n  title: Inner\n  tasks: [one, two]\n");
    expect(document.title).toBe("Inner");
    expect(document.items).toHaveLength(2);
  });

  it("follows aliases and merge keys", () => {
    const document = read("base: &b {owner: ada}\ntasks:\n  - <<: *b\n    title: one\n  - &t {title: two}\n  - *t\n");
    expect(document.items.map(({ title }) => title)).toEqual(["one", "two", "two"]);
    expect(document.items[0]?.owners).toEqual(["ada"]);
  });
});

describe("what YAML is refused", () => {
  it("names the key that stands twice and its line", () => {
    const error = refusal("tasks: []\ntitle: a\ntasks: []\n");
    expect(error).toMatchObject({ code: "HP1009", place: { line: 3, field: "tasks" } });
  });

  it("names unknown tags and never builds objects from them", () => {
    expect(refusal("tasks:\n  - !!js/function 'x'\n")).toMatchObject({ code: "HP1010", place: { line: 2 } });
  });

  it("says where the syntax breaks", () => {
    expect(refusal("tasks:\n  - [one\n")).toMatchObject({ code: "HP1007" });
  });

  it("refuses a single value", () => {
    expect(refusal("just words\n").code).toBe("HP1011");
  });

  it("refuses nested aliases that stand for more than memory holds", () => {
    const rows = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 9; i += 1) {
      const name = String.fromCharCode(97 + i);
      const before = String.fromCharCode(96 + i);
      rows.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `{title: t, tasks: *${before}}`).join(", ")}]`);
    }
    rows.push("tasks: *i");
    expect(refusal(`${rows.join("\n")}\n`).code).toBe("HP1008");
  });

  it("refuses collections nested too deep, in brackets, indentation and dashes", () => {
    expect(refusal(`tasks: ${"[".repeat(100_000)}\n`).code).toBe("HP1006");
    const steps = Array.from({ length: 300 }, (_, i) => `${" ".repeat(i)}a:`);
    expect(refusal(`${steps.join("\n")}\n`).code).toBe("HP1006");
    expect(refusal(`${"- ".repeat(300)}x\n`).code).toBe("HP1006");
    expect(
      read(
        `tasks:\n${Array.from({ length: 50 }, (_, i) => `${"  ".repeat(i + 1)}- title: t\n${"  ".repeat(i + 2)}tasks:`).join("\n")}\n`,
      ).format,
    ).toBe("yaml");
  });
});

describe("gate blocks in fences", () => {
  it("reads a list of one-key maps with checks and a deployment gate", () => {
    const document = fenced(
      'quality_gates:\n  - uptime: ">99.9%"\n  - health: "203/203 passing"\n  - bugs_gone: true\n' +
        'automated_checks:\n  - curl -f http://localhost/health\n  - command: ./all.sh\ndeployment_gate: "All checks pass + 24hr canary"',
    );
    expect(gates(document)).toEqual([
      "7 uptime > 99.9 % critical",
      "8 health = 203 - critical",
      "9 bugs_gone = true - critical",
      expect.stringMatching(/^13 .* = pass - critical$/),
      expect.stringMatching(/^13 .* >= 24 h critical$/),
    ]);
    expect(document.items.map(({ line, kind }) => `${line} ${kind}`)).toEqual([
      "3 step",
      "7 criterion",
      "8 criterion",
      "9 criterion",
    ]);
    expect(document.checks.map(({ line, command }) => `${line} ${command}`)).toEqual([
      "11 curl -f http://localhost/health",
      "12 ./all.sh",
    ]);
    expect(new Set([...document.gates, ...document.checks].map(({ block }) => block)).size).toBe(1);
  });

  it.each([
    ["quality_gates:\n  - {name: coverage, threshold: 95%, blocking: true}", ["7 coverage = 95 % critical"]],
    ["quality_gates:\n  - {name: coverage, threshold: 95%, blocking: false}", ["7 coverage = 95 % important"]],
    [
      "quality_gates:\n  - name: debt\n    threshold: 70%\n    fail_on: below\n    severity: [critical, high]",
      ["7 debt >= 70 % critical"],
    ],
    [
      "quality_gates:\n  - name: debt\n    threshold: 70%\n    fail_on: above\n    severity: minor",
      ["7 debt <= 70 % enhancement"],
    ],
    [
      "gates:\n  - name: q\n    conditions:\n      - {metric: score, operator: '>=', threshold: 0.8}",
      ["9 score >= 0.8 - critical"],
    ],
    [
      "gates:\n  - name: q\n    conditions:\n      - {metric: score, operator: lt, threshold: 5, unit: ms}",
      ["9 score < 5 ms critical"],
    ],
    ['performance: {response_time_p95: "< 200ms"}', ["6 response_time_p95 < 200 ms critical"]],
    ['unit_tests: {coverage: ">= 80%"}', ["6 coverage >= 80 % critical"]],
    [
      'success_criteria:\n  - response_time_p95: "<75ms"\n  - errors: 0',
      ["7 response_time_p95 < 75 ms critical", "8 errors = 0 - critical"],
    ],
    [
      "quality_gates:\n  - name: types\n    check: tsc --noEmit\n    thresholds: {overall: 75, services: 90}\n    enforcement: blocking",
      ["9 types_overall = 75 - critical", "9 types_services = 90 - critical"],
    ],
    [
      "quality_gates:\n  - name: load\n    enabled: true\n    threshold: 80\n    blocker: false\n    metrics: [{name: p95_latency, threshold: 500ms}]",
      ["7 load = 80 - important", "11 p95_latency = 500 ms important"],
    ],
    [
      "quality_gates:\n  critical:\n    - uptime: '>99%'\n  nice_to_have:\n    - docs: '>50%'",
      ["8 uptime > 99 % critical", "10 docs > 50 % enhancement"],
    ],
    [
      "quality_gates:\n  coverage: {min: 80%, max: 100%}",
      ["7 coverage >= 80 % critical", "7 coverage <= 100 % critical"],
    ],
    ["quality_gates:\n  - All tests pass", ["7 tests = pass - critical"]],
    ["gate: Docs are nice", ["6 docs_are_nice untyped critical"]],
  ])("reads the shape of %s", (yaml, expected) => {
    const found = gates(fenced(yaml)).map((gate) => gate.replace(/^7 all_tests/, "7 tests"));
    expect(found).toEqual(expected);
  });

  it("keeps a gate that only has a command, untyped, with its check", () => {
    const document = fenced(
      'quality_gates:\n  - {name: tests, command: "npm test"}\n  - {name: lint, argv: [npm, run, "lint all"]}',
    );
    expect(gates(document)).toEqual(["7 tests untyped critical", "8 lint untyped critical"]);
    expect(document.checks.map(({ command }) => command)).toEqual(["npm test", "npm run 'lint all'"]);
  });

  it("leaves YAML alone that is no plan and no gates", () => {
    const document = fenced("services:\n  web:\n    timeout: 30s\nTask:\n  description: x");
    expect([document.gates, document.checks, document.items.length]).toEqual([[], [], 1]);
  });

  it("reads a plan in a fence", () => {
    const document = fenced("tasks:\n  - id: T1\n    title: One\n    status: done");
    expect(document.items.map(({ key, line, claimed }) => ({ key, line, claimed }))[1]).toEqual({
      key: "T1",
      line: 7,
      claimed: "done",
    });
  });

  it("says when a gate block cannot be parsed, and takes nothing from it", () => {
    const document = fenced("quality_gates:\n  - a: [");
    expect(document.gates).toEqual([]);
    expect(document.problems).toMatchObject([{ code: "HP1107", kind: "yaml" }]);
    expect(document.notUnderstood).toMatchObject([{ line: 5 }]);
  });
});

describe("frontmatter", () => {
  it("makes the document one task with its fields", () => {
    const document = read(
      "---\nid: BACK-7\ntitle: One thing\nstatus: In Progress\nassignee: ['@ada']\ndependencies: [BACK-6]\npriority: high\n---\n\n## Acceptance Criteria\n\n- [x] #1 works\n",
      "PLAN.md",
    );
    expect(document.title).toBe("One thing");
    expect(document.items).toMatchObject([
      { key: "BACK-7", kind: "task", line: 3, claimed: "in_progress", owners: ["ada"], priority: "high" },
      { kind: "criterion", claimed: "done", parent: "BACK-7", id: "#1" },
    ]);
    expect(document.problems).toMatchObject([{ code: "HP1103" }]);
  });

  it("stands at the first heading when it has no title", () => {
    const document = read("---\nid: 001\nstatus: open\nparallel: true\n---\n\n# The thing\n", "PLAN.md");
    expect(document.items).toMatchObject([{ key: "001", line: 7, title: "The thing", mode: "parallel" }]);
  });

  it("is no task without a state, and a note when it is no YAML", () => {
    expect(read("---\ntitle: A\nauthor: b\n---\n\n- [ ] one\n", "PLAN.md").items).toHaveLength(1);
    const broken = read("---\nid: [\n---\n\n- [ ] one\n", "PLAN.md");
    expect(broken.items).toHaveLength(1);
    expect(broken.problems).toMatchObject([{ code: "HP1107" }]);
  });
});
