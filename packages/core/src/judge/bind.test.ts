import { describe, expect, it } from "vitest";
import type { RecordFixture } from "../../../../test/silent-pass/make-record.ts";
import { makeRecord, makeWord, NOW_MS, TREE } from "../../../../test/silent-pass/make-record.ts";
import { parseCriterion } from "../criteria/parse-criterion.ts";
import type { PlanCheck, PlanGate } from "../plan/inspection.ts";
import { bindEvidence } from "./bind.ts";
import { checkSidecar } from "./check-sidecar.ts";
import { judgeGate } from "./judge.ts";
import type { EvidenceRecord } from "./judge-input.ts";
import {
  type BindingSidecar,
  checkDigest,
  checksOf,
  planCheckId,
  type SidecarCheck,
  type SidecarGate,
} from "./sidecar.ts";

function gate(key: string, metric: string | null, text: string, block: string | null = "b"): PlanGate {
  const { criterion } = parseCriterion(text, { metric });
  return { key, line: 1, metric, text, criterion, item: "i", severity: "critical", block };
}

function check(command: string, block: string | null = "b"): PlanCheck {
  return { line: 2, command, item: "i", block };
}

const NOTHING: SidecarGate = {
  check: null,
  metric: null,
  criterion: null,
  minTier: null,
  severity: null,
  exit: null,
  maxAgeMs: null,
  isolation: null,
  owner: null,
  onInconclusive: null,
};
const TESTS: SidecarCheck = {
  id: "tests",
  run: "npm test",
  cwd: null,
  timeoutMs: null,
  files: [],
  reader: null,
  inputs: [],
  env: [],
};

function sidecar(
  gates: Record<string, Partial<SidecarGate>>,
  checks: readonly SidecarCheck[] = [TESTS],
): BindingSidecar {
  const entries = Object.entries(gates).map(([key, entry]) => [key, { ...NOTHING, ...entry }] as const);
  return { checks, gates: new Map(entries), minTier: null, isolation: null };
}

/** A record of a check of the plan, by its command. */
function of(command: string, fixture: RecordFixture, block: string | null = "b"): EvidenceRecord {
  const id = planCheckId({ command, block });
  const digest = checksOf({ checks: [check(command, block)] }, null)[0]?.digest ?? "";
  return makeRecord({ checkId: id, checkDigest: digest, ...fixture });
}

const JUNIT = { name: "junit", version: "1" };
const SARIF = { name: "sarif", version: "1" };
const LCOV = { name: "lcov", version: "1" };

function judgeAll(
  gates: readonly PlanGate[],
  checks: readonly PlanCheck[],
  records: readonly EvidenceRecord[],
  bindings: BindingSidecar | null = null,
): Record<string, string> {
  const bound = bindEvidence({ gates, checks }, bindings, records);
  const context = { nowMs: NOW_MS, subject: { commit: null, tree: TREE, dirty: false }, inputDigests: new Map() };
  return Object.fromEntries(
    [...bound].map(([key, entry]) => {
      const verdict = judgeGate({ gate: entry.gate, bound: entry.bound, policy: entry.policy, context });
      return [key, `${entry.bound.how} ${verdict.verdict} ${verdict.reason}`];
    }),
  );
}

describe("binding by the sidecar", () => {
  const record = makeRecord({ checkId: "tests", checkDigest: checkDigest(TESTS), metrics: { coverage: "91%" } });
  it("brings the check and metric it names", () => {
    const bindings = sidecar({ g: { check: "tests", metric: "Coverage" } });
    expect(judgeAll([gate("g", "cov", ">=90%")], [], [record], bindings)).toEqual({ g: "sidecar pass met" });
  });
  it("does so by the name of the metric too", () => {
    const bindings = sidecar({ "Line-Cov": { check: "tests", metric: "coverage" } });
    expect(judgeAll([gate("g", "line_cov", ">=90%")], [], [record], bindings)).toEqual({ g: "sidecar pass met" });
    expect(judgeAll([gate("g", null, ">=90%")], [], [record], bindings)).toEqual({ g: "none inconclusive unbound" });
  });
  it("raises and lowers what is asked", () => {
    const raised = sidecar({ g: { check: "tests", metric: "coverage", minTier: "E3" } });
    expect(judgeAll([gate("g", null, ">=90%")], [], [record], raised)["g"]).toBe("sidecar inconclusive tier_too_low");
    const whole = { ...sidecar({ g: { check: "tests", metric: "coverage" } }), minTier: "E4" as const };
    expect(judgeAll([gate("g", null, ">=90%")], [], [record], whole)["g"]).toBe("sidecar inconclusive tier_too_low");
    const other = sidecar({ g: { check: "tests", metric: "coverage", criterion: ">=95%", severity: "important" } });
    expect(judgeAll([gate("g", null, "well tested")], [], [record], other)["g"]).toBe("sidecar fail violated");
    const bound = bindEvidence({ gates: [gate("g", null, "well tested")], checks: [] }, other, [record]).get("g");
    expect(bound?.gate.severity).toBe("important");
    expect(bound?.gate.text).toBe(">=95%");
  });
  it("names a metric before the words of a threshold do", () => {
    const bindings = sidecar({ g: { check: "tests", metric: "coverage", criterion: "branches >=90%" } });
    expect(judgeAll([gate("g", null, "well tested")], [], [record], bindings)["g"]).toBe("sidecar pass met");
    const plain = sidecar({ g: { check: "tests", metric: "coverage" } });
    expect(judgeAll([gate("g", null, "branches >=90%")], [], [record], plain)["g"]).toBe("sidecar pass met");
  });
  it("binds an exit status only when it says so", () => {
    const bindings = sidecar({ g: { check: "tests", exit: 0 } });
    expect(judgeAll([gate("g", null, "it builds")], [], [record], bindings)["g"]).toBe("sidecar pass met");
    const without = sidecar({ g: { check: "tests" } });
    expect(judgeAll([gate("g", null, "exit code 0")], [], [record], without)["g"]).toBe("sidecar inconclusive unbound");
  });
  it("says that a check has not run", () => {
    const bindings = sidecar({ g: { check: "tests", metric: "coverage" } });
    expect(judgeAll([gate("g", null, ">=90%")], [], [], bindings)["g"]).toBe("sidecar inconclusive not_run");
  });
  it("does not pass evidence of another definition of the check", () => {
    const changed = { ...TESTS, env: ["CI"] };
    const bindings = sidecar({ g: { check: "tests", metric: "coverage" } }, [changed]);
    expect(judgeAll([gate("g", null, ">=90%")], [], [record], bindings)["g"]).toBe(
      "sidecar inconclusive checks_changed",
    );
  });
  it("keeps the owner", () => {
    const bindings = sidecar({ g: { check: "tests", owner: "team-a" } });
    expect(bindEvidence({ gates: [gate("g", null, ">1")], checks: [] }, bindings, []).get("g")?.owner).toBe("team-a");
  });
});

describe("binding by name", () => {
  it("finds the metric in whatever check gives it", () => {
    const records = [of("npm run cov", { metrics: { e2e_coverage: "97%" } })];
    expect(judgeAll([gate("g", "E2E coverage", ">=95%")], [check("npm run cov")], records)["g"]).toBe(
      "metric pass met",
    );
  });
  it("stays bound when the newest run no longer gives it", () => {
    const records = [
      of("npm run cov", { metrics: { cov: "97%" }, minutesAgo: 9 }),
      of("npm run cov", { metrics: {}, minutesAgo: 1 }),
    ];
    expect(judgeAll([gate("g", "cov", ">=95%")], [check("npm run cov")], records)["g"]).toBe(
      "metric inconclusive no_evidence",
    );
  });
  it("is ambiguous between two, unless one stands in the gate's own block or is of a higher tier", () => {
    const records = [of("a", { metrics: { cov: "97%" } }), of("b", { metrics: { cov: "97%" } })];
    expect(judgeAll([gate("g", "cov", ">=95%")], [check("a"), check("b")], records)["g"]).toBe(
      "none inconclusive ambiguous",
    );
    expect(judgeAll([gate("g", "cov", ">=95%", null)], [check("a"), check("b")], records)["g"]).toBe(
      "none inconclusive ambiguous",
    );
    const far = [of("a", { metrics: { cov: "97%" } }), of("b", { metrics: { cov: "5%" } }, "far")];
    expect(judgeAll([gate("g", "cov", ">=95%")], [check("a"), check("b", "far")], far)["g"]).toBe("metric pass met");
    const upload = makeRecord({ kind: "artifact", check: null, tier: "E1", exit: null, metrics: { cov: "100%" } });
    expect(
      judgeAll([gate("g", "cov", ">=95%")], [check("a")], [of("a", { metrics: { cov: "9%" } }), upload])["g"],
    ).toBe("metric fail violated");
  });
  it("takes an uploaded artifact for what it is", () => {
    const upload = makeRecord({ kind: "artifact", check: null, tier: "E1", exit: null, metrics: { cov: "100%" } });
    expect(judgeAll([gate("g", "cov", ">=95%")], [], [upload])["g"]).toBe("metric inconclusive tier_too_low");
    const claim = makeRecord({ kind: "claim", check: null, tier: "E0", exit: null, metrics: { cov: "100%" } });
    expect(judgeAll([gate("g", "cov", ">=95%")], [], [claim])["g"]).toBe("metric inconclusive tier_too_low");
  });
  it("brings every metric of a composite and of an expression", () => {
    const records = [
      of("a", { metrics: { uptime: "99.95%", p95: "300ms" } }),
      of("b", { metrics: { regressions: 0 } }),
    ];
    const gates = [
      gate("c", "deployment_gate", ">=99.9% uptime + zero regressions"),
      gate("e", "x", "cel: p95.ms < 500.0 && regressions == 0.0"),
      gate("bad", "x", "cel: p95.ms <"),
    ];
    expect(judgeAll(gates, [check("a"), check("b")], records)).toEqual({
      c: "metric pass met",
      e: "metric pass met",
      bad: "none inconclusive unparsed",
    });
  });
  it("brings signatures to a gate that asks for nothing else", () => {
    const gates = [gate("g", null, "1 of lead"), gate("both", null, "all of: 1 of lead; 1 of auditor")];
    const records = [
      makeWord("witness", "g", "ada", { role: "lead" }),
      makeWord("witness", "both", "ada", { role: "lead" }),
    ];
    expect(judgeAll(gates, [], records)).toEqual({
      g: "witness pass met",
      both: "witness inconclusive awaiting_witness",
    });
  });
  it("never binds an exit status or free text", () => {
    const gates = [gate("g", null, "exit code 0"), gate("t", null, "tests are good"), gate("w", null, "24hr canary")];
    expect(judgeAll(gates, [check("a")], [of("a", { metrics: {} })])).toEqual({
      g: "none inconclusive unbound",
      t: "none inconclusive unparsed",
      w: "none inconclusive unbound",
    });
  });
});

describe("binding by the one report of a block", () => {
  const tests = (fixture: RecordFixture = {}): EvidenceRecord =>
    of("npm test", {
      reader: JUNIT,
      metrics: { tests_total: 203, tests_passed: 203, test_pass_rate: "100%" },
      ...fixture,
    });
  it("gives test cases to the count of the block", () => {
    expect(judgeAll([gate("g", "agent_health", "203/203 passing")], [check("npm test")], [tests()])["g"]).toBe(
      "report pass met",
    );
  });
  it.each([
    ["smoke_tests_passing", "100%", "report pass met"],
    ["unit_tests", "passing", "report pass met"],
    ["uptime", "100%", "none inconclusive unbound"],
    ["documentation", "passing", "none inconclusive unbound"],
    ["tests", "true", "none inconclusive unbound"],
  ])("takes %s: %s for what it is", (metric, text, expected) => {
    expect(judgeAll([gate("g", metric, text)], [check("npm test")], [tests()])["g"]).toBe(expected);
  });
  it("gives coverage and findings to the gates that mean them", () => {
    const records = [
      of("npm run cov", { reader: LCOV, metrics: { line_coverage: "88%" } }),
      of("scan", { reader: SARIF, metrics: { findings: 0, rules: 9, files_scanned: 30 } }),
    ];
    const gates = [gate("c", "unit coverage", ">=85%"), gate("f", "critical_issues", "0")];
    expect(judgeAll(gates, [check("npm run cov"), check("scan")], records)).toEqual({
      c: "report pass met",
      f: "report pass met",
    });
    const clean = [gate("s", "security_audit", "clean")];
    expect(judgeAll(clean, [check("scan")], records.slice(1))).toEqual({ s: "report pass met" });
  });
  it("does not let one kind of coverage or finding speak for another", () => {
    const cov = { line_coverage: "99%", branch_coverage: "10%" };
    const records = [
      of("npm run cov", { reader: LCOV, metrics: cov }),
      of("scan", { reader: SARIF, metrics: { findings: 3, findings_critical: 0, rules: 9, files_scanned: 30 } }),
    ];
    const checks = [check("npm run cov"), check("scan")];
    const one = (metric: string, text: string): string | undefined =>
      judgeAll([gate("g", metric, text)], checks, records)["g"];
    expect(one("branch_cov_total_coverage", ">=80%")).toBe("none inconclusive unbound");
    expect(one("branches_coverage", ">=80%")).toBe("report fail violated");
    for (const other of ["documentation", "mutation", "api"]) {
      expect(one(`${other}_coverage`, ">=80%")).toBe("none inconclusive unbound");
    }
    expect(one("functions_coverage", ">=80%")).toBe("report inconclusive no_evidence");
    expect(one("code_coverage", ">=80%")).toBe("report pass met");
    expect(one("critical_findings", "0")).toBe("report pass met");
    expect(one("open_findings", "0")).toBe("report fail violated");
    expect(one("critical_high_vulnerabilities", "0")).toBe("none inconclusive unbound");
  });
  it("finds the share and the count of tests in other words", () => {
    const records = [
      of("npm test", {
        reader: JUNIT,
        metrics: {
          tests_total: 203,
          tests_passed: 203,
          tests_failed: 0,
          tests_errored: 0,
          tests_skipped: 0,
          test_pass_rate: "100%",
        },
      }),
    ];
    const one = (metric: string | null, text: string): string | undefined =>
      judgeAll([gate("g", metric, text)], [check("npm test")], records)["g"];
    expect(one("tests", "100% passing")).toBe("report pass met");
    expect(one("quality", ">= 95% tests passing")).toBe("report pass met");
    expect(one("unit", "203 of 203 tests passing")).toBe("report pass met");
    expect(one("flaky_tests", "< 5%")).toBe("none inconclusive unbound");
  });
  it("keeps a window a window where the sidecar binds its exit status", () => {
    const bindings = sidecar({ g: { check: "tests", exit: 0 } });
    const record = makeRecord({ checkId: "tests", checkDigest: checkDigest(TESTS) });
    expect(judgeAll([gate("g", null, "24hr canary")], [], [record], bindings)["g"]).toBe(
      "sidecar inconclusive window_incomplete",
    );
  });
  it("says that a check of the same block ended badly or has never run", () => {
    const bad = { code: 1, signal: null, timedOut: false, started: true };
    const one = (records: readonly EvidenceRecord[]): string | undefined =>
      judgeAll([gate("g", "uptime", ">=99%")], [check("probe")], records)["g"];
    expect(one([])).toBe("none inconclusive not_run");
    expect(one([of("probe", { exit: bad })])).toBe("none inconclusive source_error");
    expect(one([of("probe", { exit: bad, minutesAgo: 9 }), of("probe", {})])).toBe("none inconclusive unbound");
  });
  it("is ambiguous where two gates could mean it, or two checks report", () => {
    const two = [gate("a", "unit", "203/203 passing"), gate("b", "e2e", "10/10 passing")];
    expect(judgeAll(two, [check("npm test")], [tests()])).toEqual({
      a: "none inconclusive ambiguous",
      b: "none inconclusive ambiguous",
    });
    const other = of("npm run e2e", { reader: JUNIT, metrics: { tests_total: 5, tests_passed: 5 } });
    expect(
      judgeAll([gate("a", "unit", "203/203 passing")], [check("npm test"), check("npm run e2e")], [tests(), other])[
        "a"
      ],
    ).toBe("none inconclusive ambiguous");
  });
  it("stays within the block, and needs a report", () => {
    expect(judgeAll([gate("g", "x", "203/203 passing", "far")], [check("npm test")], [tests()])["g"]).toBe(
      "none inconclusive unbound",
    );
    expect(judgeAll([gate("g", "x", "203/203 passing", null)], [check("npm test")], [tests()])["g"]).toBe(
      "none inconclusive unbound",
    );
    const lines = tests({ reader: { name: "metric-lines", version: "1" } });
    expect(judgeAll([gate("g", "x", "203/203 passing")], [check("npm test")], [lines])["g"]).toBe(
      "none inconclusive unbound",
    );
    expect(judgeAll([gate("g", "x", "203/203 passing")], [check("npm test", null)], [tests()])["g"]).toBe(
      "none inconclusive unbound",
    );
  });
  it("misses the report of a newer run that wrote none", () => {
    const records = [tests({ minutesAgo: 9 }), of("npm test", { metrics: {}, minutesAgo: 1 })];
    expect(judgeAll([gate("g", "x", "203/203 passing")], [check("npm test")], records)["g"]).toBe(
      "report inconclusive no_evidence",
    );
  });
});

describe("what nothing is bound to", () => {
  it("comes with the lines to add", () => {
    const bound = bindEvidence({ gates: [gate("g:1", "p95", "<500ms")], checks: [check("bench")] }, null, []).get(
      "g:1",
    );
    expect(bound?.suggestion).toBe(
      `  "g:1":\n    check: ${JSON.stringify(planCheckId({ command: "bench", block: "b" }))}\n    metric: "p95"`,
    );
    const bare = bindEvidence({ gates: [gate("g", null, "fast")], checks: [] }, null, []).get("g");
    expect(bare?.suggestion).toContain("<id of a check>");
    expect(bare?.suggestion).toContain("criterion:");
  });
});

describe("the checks of a plan", () => {
  it("are those of the sidecar and those that only the plan names", () => {
    const plan = { checks: [check("npm test"), check("lint"), check("lint"), check("lint", "far")] };
    const found = checksOf(plan, sidecar({}));
    expect(found.map(({ id, block, line }) => [id.replace(/-.*/, ""), block, line])).toEqual([
      ["tests", "b", 2],
      ["plan", "b", 2],
      ["plan", "far", 2],
    ]);
    expect(new Set(found.map((entry) => entry.digest)).size).toBe(3);
  });
  it("of the sidecar alone stand in no block", () => {
    expect(checksOf({ checks: [] }, sidecar({}))[0]).toMatchObject({
      id: "tests",
      block: null,
      item: null,
      line: null,
    });
  });
});

describe("a sidecar that cannot work", () => {
  it("is told where", () => {
    const plan = { gates: [gate("g", "coverage", ">=1%")] };
    const bindings = sidecar({
      g: { criterion: "no worse than -2%" },
      gone: { criterion: "cel: a <" },
      coverage: { criterion: "all of: 24hr canary: cel: b >; <1" },
    });
    const problems = checkSidecar(plan, bindings, "PLAN.holdpoint.yaml");
    expect(problems.map((entry) => [entry.code, entry.place.field])).toEqual([
      ["HP2302", "gates.g.criterion"],
      ["HP2303", "gates.gone"],
      ["HP2301", "gates.gone.criterion"],
      ["HP2301", "gates.coverage.criterion"],
    ]);
    expect(problems[2]?.message).toContain("character 4");
  });
  it("has nothing to tell of one that works, nor of a text that is no criterion", () => {
    const bindings = sidecar({ g: { criterion: ">=1%" }, coverage: { criterion: "soon" } });
    expect(checkSidecar({ gates: [gate("g", "coverage", ">=1%")] }, bindings, "x")).toEqual([]);
  });
});
