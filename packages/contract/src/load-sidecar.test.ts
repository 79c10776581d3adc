import type { PlanGate } from "@holdpoint/core";
import { describe, expect, test } from "vitest";
import { loadSidecar } from "./load-sidecar.ts";

const FILE = "PLAN.holdpoint.yaml";
const HEAD = "holdpoint: sidecar/v1\n";

function gate(key: string, metric: string | null): PlanGate {
  return { key, metric, line: 1, text: ">= 1", criterion: null, item: null, severity: "critical", block: null };
}

function found(text: string, gates: readonly PlanGate[] = [gate("a", "uptime")]): readonly string[] {
  const { problems } = loadSidecar(HEAD + text, FILE, { gates, checks: [] });
  expect(problems.map(({ message }) => message).filter((message) => /[{}]|undefined/.test(message))).toEqual([]);
  return problems.map(({ code, place }) => `${code} ${place.line} ${place.field}`);
}

describe("loadSidecar", () => {
  test("finds nothing in a sidecar that fits its plan", () => {
    expect(found("checks: [{ id: c, run: d }]\ngates: { uptime: { check: c, criterion: '>= 99 %' } }\n")).toEqual([]);
  });

  test("gives the entries as they are in the file", () => {
    const text = `${HEAD}checks: [{ id: c, run: d }]\ngates: { uptime: { check: c } }\n`;
    const { sidecar } = loadSidecar(text, FILE, { gates: [gate("a", "uptime")], checks: [] });
    expect([...sidecar.gates.keys()]).toEqual(["uptime"]);
  });

  test("takes a check that only the plan names", () => {
    const plan = { gates: [gate("a", "uptime")], checks: [{ line: 4, command: "npm test", item: null, block: null }] };
    const named = loadSidecar(`${HEAD}checks: [{ id: c, run: npm test }]\ngates: { a: { check: c } }\n`, FILE, plan);
    expect(named.problems).toEqual([]);
  });

  test("lists what cannot take effect by its line", () => {
    const text = `checks:
  - id: c
    run: d
gates:
  uptime:
    check: missing
    criterion: as good as before
  gone:
    check: c
`;
    const [check, criterion, gone] = found(text);
    expect([check, criterion]).toEqual(["HP2207 7 gates.uptime.check", "HP2208 8 gates.uptime.criterion"]);
    expect(gone).toContain(" 9 gates.gone");
  });

  test("lists an exit status that is no success, with its line and what to do", () => {
    const text = "checks: [{ id: c, run: d }]\ngates:\n  a:\n    check: c\n    exit: 3\n";
    expect(found(text)).toEqual(["HP2209 6 gates.a.exit"]);
    const { problems } = loadSidecar(HEAD + text, FILE, { gates: [gate("a", "uptime")], checks: [] });
    expect(problems[0]?.message).toBe(`${FILE}: gates.a.exit is 3, and only 0 can open a gate.`);
    expect(problems[0]?.remedy).toContain("test $? -eq 3");
    expect(found(text.replace("exit: 3", "exit: 0"))).toEqual([]);
  });

  test("lists an expression that cannot be read", () => {
    const places = found("gates:\n  a:\n    criterion: 'cel: uptime >'\n");
    expect(places).toHaveLength(1);
    expect(places[0]).toContain(" 4 gates.a.criterion");
  });

  test.each(["criterion: '>= 1'", "exit: 0"])(
    "does not let a metric's name give several gates another threshold: %s",
    (field) => {
      const text = `checks: [{ id: c, run: d }]\ngates:\n  m: { check: c, ${field} }\n`;
      expect(() => found(text, [gate("a", "m"), gate("b", "m")])).toThrow("m is the metric of several gates (a, b)");
      expect(found(text, [gate("a", "m"), gate("b", "other")])).toEqual([]);
      expect(found(text, [gate("m", "x"), gate("b", "m"), gate("c", "m")])).toEqual([]);
    },
  );

  test("does not let two checks have one id", () => {
    const text = "checks:\n  - { id: c, run: d }\n  - { id: c, run: e }\n";
    expect(() => found(text)).toThrow("the check c stands at line 3 and again at line 4");
  });

  test("lets a metric's name say for several gates which check measures it, and how strictly", () => {
    const text = "checks: [{ id: c, run: d }]\ngates:\n  m: { check: c, metric: n, minTier: E1, maxAge: 1h }\n";
    expect(found(text, [gate("a", "m"), gate("b", "m")])).toEqual([]);
  });
});
