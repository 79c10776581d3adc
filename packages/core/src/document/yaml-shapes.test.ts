import { describe, expect, it } from "vitest";
import type { PlanDocument } from "../plan/inspection.ts";
import { readPlan } from "./read-plan.ts";

const read = (text: string, fileName = "PLAN.yaml"): PlanDocument =>
  readPlan(new TextEncoder().encode(text), { fileName });
const told = (text: string): string[] =>
  read(text).items.map(({ line, kind, id, claimed }) => `${line} ${kind} ${id} ${claimed}`);

describe("YAML plans under other keys", () => {
  it("reads a list of entries with a title and a state as tasks", () => {
    expect(
      told(
        "things:\n  - id: a\n    title: First\n    status: shipped\n  - id: b\n    title: Second\n    status: planned\n",
      ),
    ).toEqual(["2 task a done", "5 task b pending"]);
  });

  it("names the kind by the last word of the key", () => {
    expect(told("our_milestones:\n  - title: First\n    status: done\n")).toEqual(["2 phase null done"]);
  });

  it("reads a mapping of entries with a title and a state", () => {
    expect(told("things:\n  a:\n    title: First\n    status: blocked\n")).toEqual(["2 task a blocked"]);
  });

  it("reads keys that name a stage", () => {
    expect(told("phase_1:\n  title: Base\n  tasks:\n    - Go\nweek_2:\n  title: More\n")).toEqual([
      "1 phase phase_1 unknown",
      "4 task null unknown",
      "5 phase week_2 unknown",
    ]);
  });

  it("reads names and states whose keys repeat the kind", () => {
    expect(told('phases:\n  "01":\n    phase_name: Base\n    phase_status: pending\n')).toEqual(["2 phase 01 pending"]);
  });

  it("leaves history and things without a state alone", () => {
    expect(told("title: P\nhistory:\n  - title: Old\n    status: done\nservices:\n  web:\n    name: x\n")).toEqual([]);
  });

  it("leaves a fence of configuration alone", () => {
    const fence = "```yaml\nsteps_of_ci:\n  - name: build\n    run: make\nenv:\n  - name: A\n    value: b\n```\n";
    expect(read(`# P\n\n${fence}`, "PLAN.md").items).toEqual([]);
  });

  it("reads the plan in a fence", () => {
    const fence =
      '```yaml\nchunks:\n  - id: O1\n    title: First\n    status: PENDING\n    punch_list:\n      - "Starts in under 2s"\n```\n';
    const { items, gates } = read(`# P\n\n${fence}`, "PLAN.md");
    expect(items.map(({ line, kind, id }) => `${line} ${kind} ${id}`)).toEqual(["5 task O1", "9 criterion null"]);
    expect(gates.map(({ line, criterion }) => `${line} ${criterion?.op} ${String(criterion?.value)}`)).toEqual([
      "9 < 2",
    ]);
  });
});

describe("lists of criteria", () => {
  it.each(["pass_when", "done_when", "entry_criteria", "punch_list", "ready_if"])("are read from %s", (key) => {
    expect(told(`stages:\n  - id: A\n    title: First\n    ${key}:\n      - all_ok\n`)).toEqual([
      "2 phase A unknown",
      "5 criterion null unknown",
    ]);
  });

  it("are told from commands under checks", () => {
    const plan = (entries: string): PlanDocument => read(`stages:\n  - id: A\n    title: F\n    checks:\n${entries}`);
    expect(plan("      - coverage >= 80%\n").gates).toHaveLength(1);
    expect(plan("      - Nobody waits\n").items.map(({ kind }) => kind)).toEqual(["phase", "criterion"]);
    expect(plan("      - npm test\n").checks.map(({ command }) => command)).toEqual(["npm test"]);
  });

  it("hold no states, which lists of gates do", () => {
    const plan = (key: string): number =>
      read(`phases:\n  - title: F\n    ${key}:\n      - security scan clean\n`).gates.length;
    expect(plan("pass_when")).toBe(0);
    expect(plan("quality_gates")).toBe(1);
  });
});
