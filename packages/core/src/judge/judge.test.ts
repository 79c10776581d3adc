import { describe, expect, it } from "vitest";
import type { InputFixture, RecordFixture } from "../../../../test/silent-pass/make-record.ts";
import { ago, makeInput, makeRecord, makeWord, NOW_MS, TREE } from "../../../../test/silent-pass/make-record.ts";
import { judgeGate } from "./judge.ts";

function judge(text: string, records: readonly RecordFixture[], fixture: InputFixture = {}): string {
  const verdict = judgeGate(
    makeInput(
      text,
      records.map((record) => makeRecord(record)),
      fixture,
    ),
  );
  return `${verdict.verdict} ${verdict.reason} ${verdict.freshness}`;
}

const SIX = { metric: 6 };

describe("an absolute criterion", () => {
  it.each([
    ["<500ms", "0.4s", "pass met fresh"],
    ["<500ms", "412ms", "pass met fresh"],
    ["<500ms", "500ms", "fail violated fresh"],
    ["<=500ms", "500ms", "pass met fresh"],
    [">=95%", "95%", "pass met fresh"],
    [">=95%", "94.99%", "fail violated fresh"],
    [">=95%", "0.97", "inconclusive unit_mismatch fresh"],
    [">=95%", "97", "inconclusive unit_mismatch fresh"],
    ["<500ms", "3MB", "inconclusive unit_mismatch fresh"],
    ["<2GB", "1900MB", "pass met fresh"],
    [">=15", "15", "pass met fresh"],
    [">=15", "15s", "inconclusive unit_mismatch fresh"],
    ["3", "3", "pass met fresh"],
    ["3", "4", "fail violated fresh"],
    [">=95%", "193/203", "pass met fresh"],
    [">=95%", "192/203", "fail violated fresh"],
    [">=80% of 66,972", "60000/66972", "pass met fresh"],
    [">=80% of 66,972", "100/100", "inconclusive shrunk_suite fresh"],
    [">=80% of 100", "300/350", "inconclusive unit_mismatch fresh"],
    [">=80% of 66,972", "85%", "pass met fresh"],
    [">=4.5/5", "4.6", "pass met fresh"],
    [">=4.5/5", "46", "inconclusive source_error fresh"],
    [">=1", "0/0", "inconclusive too_few_samples fresh"],
    [">=50%", "204/203", "inconclusive source_error fresh"],
    ["!=3", "4", "pass met fresh"],
    [">2 s", "3s", "pass met fresh"],
  ])("%s over %s is %s", (text, value, expected) => {
    expect(judge(text, [{ metrics: { metric: value } }])).toBe(expected);
  });

  it("does not take more than a hundred percent of a share", () => {
    const metrics = { coverage: "150%" };
    expect(judge(">=80%", [{ metrics }], { gate: { metric: "coverage" } })).toBe("inconclusive source_error fresh");
  });

  it.each(["NaN", "Infinity", "-Infinity"])("finds nothing in %s", (value) => {
    expect(judge("<5", [{ metrics: { metric: value } }])).toBe("inconclusive nan fresh");
  });

  it("finds nothing in a state", () => {
    expect(judge("<5", [{ metrics: { metric: "good" } }])).toBe("inconclusive unit_mismatch fresh");
  });

  it("says which operator was assumed when exactly that is missed", () => {
    const verdict = judgeGate(makeInput("95%", [makeRecord({ metrics: { metric: "96%" } })]));
    expect(verdict.verdict).toBe("fail");
    expect(verdict.hint).toContain("= 95%");
  });

  it("believes in zero findings only when something was looked at", () => {
    const gate = { metric: "critical_bugs" };
    expect(judge("0", [{ metrics: { critical_bugs: 0 } }], { gate })).toBe("inconclusive no_evidence fresh");
    expect(judge("0", [{ metrics: { critical_bugs: 0, rules: 12, files_scanned: 0 } }], { gate })).toBe(
      "inconclusive no_evidence fresh",
    );
    expect(judge("0", [{ metrics: { critical_bugs: 0, rules: 12, files_scanned: 40 } }], { gate })).toBe(
      "pass met fresh",
    );
    expect(judge("0", [{ metrics: { critical_bugs: "0/40" } }], { gate })).toBe("pass met fresh");
    expect(judge("0", [{ metrics: { critical_bugs: 2 } }], { gate })).toBe("fail violated fresh");
  });

  it("explains itself in one sentence with the numbers", () => {
    const verdict = judgeGate(makeInput("<500ms", [makeRecord({ metrics: { metric: "0.612s" } })]));
    expect(verdict.explanation).toBe("Metric is 612 ms, asked is < 500 ms.");
  });
});

describe("what may not pass", () => {
  it.each<[string, RecordFixture, string]>([
    [
      "an exit status that is not 0",
      { exit: { code: 1, signal: null, timedOut: false, started: true } },
      "source_error fresh",
    ],
    ["a signal", { exit: { code: null, signal: "SIGKILL", timedOut: false, started: true } }, "source_error fresh"],
    ["a time limit", { exit: { code: null, signal: "SIGTERM", timedOut: true, started: true } }, "source_error fresh"],
    [
      "a command that did not start",
      { exit: { code: null, signal: null, timedOut: false, started: false } },
      "source_error fresh",
    ],
    ["an exit status that is not recorded", { exit: null }, "source_error fresh"],
    ["another tree", { tree: "b".repeat(64) }, "stale_subject stale"],
    ["no tree", { tree: null }, "stale_subject stale"],
    ["another definition of the check", { checkDigest: "sha256:d" }, "checks_changed stale"],
    ["a record that has run out", { validUntil: ago(1) }, "expired expired"],
    ["a record whose end of validity is no time", { validUntil: "tomorrow" }, "expired expired"],
    ["a claim", { tier: "E0" }, "tier_too_low fresh"],
    ["an artifact", { tier: "E1" }, "tier_too_low fresh"],
    ["a time that is none", { endedAt: "yesterday" }, "source_error fresh"],
    ["a time in the future", { minutesAgo: -30 }, "source_error fresh"],
    ["a tree that changed meanwhile", { anomalies: ["tree_changed"] }, "stale_subject stale"],
    ["a report cut short", { anomalies: ["truncated"] }, "source_error fresh"],
    ["a malformed report", { anomalies: ["malformed"] }, "source_error fresh"],
    ["a lying header", { anomalies: ["header_mismatch"] }, "source_error fresh"],
    ["an empty report", { anomalies: ["empty_report"] }, "no_evidence fresh"],
    ["two values of one metric", { anomalies: ["conflicting_metric"] }, "source_error fresh"],
    ["an old file", { anomalies: ["not_written_by_run"] }, "no_evidence fresh"],
    ["a form that is not read", { anomalies: ["unsupported"] }, "source_error fresh"],
    ["an unproven scanner", { anomalies: ["scanner_not_proven"] }, "source_error fresh"],
    ["a retried test", { anomalies: ["flaky"] }, "flaky fresh"],
    ["new skips", { anomalies: ["skipped_new"] }, "shrunk_suite fresh"],
  ])("%s", (_name, record, expected) => {
    expect(judge("<7", [{ metrics: SIX, ...record }])).toBe(`inconclusive ${expected}`);
  });

  it("stays a fail when it was one, however odd", () => {
    const exit = { code: 1, signal: null, timedOut: false, started: true };
    expect(judge("<5", [{ metrics: SIX, exit }])).toBe("fail violated fresh");
    expect(judge("<5", [{ metrics: SIX, tree: "b" }])).toBe("fail violated stale");
    expect(judge("<5", [{ metrics: SIX, validUntil: ago(1) }])).toBe("fail violated expired");
  });

  it("cannot be turned round by a not", () => {
    const exit = { code: 1, signal: null, timedOut: false, started: true };
    expect(judge("not: <5", [{ metrics: SIX, exit }])).toBe("inconclusive source_error fresh");
    expect(judge("not: all of: <5; <4", [{ metrics: SIX, exit }])).toBe("inconclusive source_error fresh");
    expect(judge("not: <5", [{ metrics: SIX }])).toBe("pass met fresh");
    expect(judge("not: 203/203 passing", [{ metrics: { tests_total: 1, tests_passed: 1 } }])).toBe(
      "inconclusive shrunk_suite fresh",
    );
  });

  it("two values of one key in one run are no value", () => {
    expect(judge("<7", [{ metrics: SIX }, { metrics: { metric: 5 } }])).toBe("inconclusive source_error fresh");
  });

  it("evidence older than the gate allows", () => {
    expect(judge("<7", [{ metrics: SIX, minutesAgo: 61 }], { policy: { maxAgeMs: 3_600_000 } })).toBe(
      "inconclusive expired expired",
    );
    expect(judge("<7", [{ metrics: SIX, minutesAgo: 60 }], { policy: { maxAgeMs: 3_600_000 } })).toBe("pass met fresh");
  });

  it("evidence that was not isolated where isolation is required", () => {
    const policy = { isolation: "required" as const };
    expect(judge("<7", [{ metrics: SIX, isolation: "none" }], { policy })).toBe("inconclusive tier_too_low fresh");
    expect(judge("<7", [{ metrics: SIX }], { policy })).toBe("pass met fresh");
    expect(judge("<7", [{ metrics: SIX, isolation: "none" }])).toBe("pass met fresh");
  });

  it.each(["E3", "E4"] as const)("anything where %s is asked for", (minTier) => {
    expect(judge("<7", [{ metrics: SIX, tier: "E4" }], { policy: { minTier } })).toBe(
      "inconclusive tier_too_low fresh",
    );
  });

  it("but an artifact does where the sidecar lowers the tier", () => {
    const record = { kind: "artifact" as const, exit: null, tier: "E1" as const, metrics: SIX };
    expect(judge("<7", [record], { policy: { minTier: "E1" } })).toBe("pass met fresh");
  });

  it("a gate without evidence, in words that say why", () => {
    expect(judge("<7", [])).toBe("inconclusive not_run fresh");
    expect(judge("<7", [], { bound: { checks: [] } })).toBe("inconclusive no_evidence fresh");
    expect(judge("<7", [{ metrics: {} }])).toBe("inconclusive no_evidence fresh");
    expect(judge("<7", [], { bound: { problem: "unbound" } })).toBe("inconclusive unbound fresh");
    expect(judge("<7", [], { bound: { problem: "ambiguous" } })).toBe("inconclusive ambiguous fresh");
    expect(judge("as fast as we can", [{ metrics: SIX }])).toBe("inconclusive unparsed fresh");
    expect(judge("<7", [{ metrics: SIX }], { gate: { metric: null } })).toBe("inconclusive unbound fresh");
    const exit = { code: 2, signal: null, timedOut: false, started: true };
    expect(judge("<7", [{ exit }])).toBe("inconclusive source_error fresh");
    expect(judge("<7", [{ anomalies: ["empty_report"] }])).toBe("inconclusive no_evidence fresh");
    expect(judge("<7", [{ anomalies: ["malformed"] }])).toBe("inconclusive source_error fresh");
  });

  it("two checks that give the same metric", () => {
    const checks = [
      { id: "check", digest: "sha256:c" },
      { id: "other", digest: "sha256:c" },
    ];
    expect(judge("<7", [{ metrics: SIX }, { checkId: "other", metrics: SIX }], { bound: { checks } })).toBe(
      "inconclusive ambiguous fresh",
    );
  });
});

describe("freshness by inputs", () => {
  const inputs = { globs: ["src/**"], digest: "sha256:1" };
  it("holds while the digest of the inputs is the same, whatever the tree", () => {
    const context = { inputDigests: new Map([["check", "sha256:1"]]) };
    expect(judge("<7", [{ metrics: SIX, tree: "b", inputs }], { context })).toBe("pass met fresh");
  });
  it("ends when they change or are not known", () => {
    const context = { inputDigests: new Map([["check", "sha256:2"]]) };
    expect(judge("<7", [{ metrics: SIX, inputs }], { context })).toBe("inconclusive stale_subject stale");
    expect(judge("<7", [{ metrics: SIX, inputs }])).toBe("inconclusive stale_subject stale");
  });
  it("is never had from an empty digest of the tree", () => {
    expect(
      judge("<7", [{ metrics: SIX, tree: "" }], { context: { subject: { commit: null, tree: "", dirty: false } } }),
    ).toBe("inconclusive stale_subject stale");
  });
});

describe("the newest run", () => {
  it("alone speaks: an old pass does not hide a newer silence", () => {
    expect(
      judge("<7", [
        { metrics: SIX, minutesAgo: 10 },
        { metrics: {}, minutesAgo: 1 },
      ]),
    ).toBe("inconclusive no_evidence fresh");
  });
  it("alone speaks: an old fail does not stand against a newer pass", () => {
    expect(
      judge("<5", [
        { metrics: { metric: 4 }, minutesAgo: 1 },
        { metrics: SIX, minutesAgo: 10 },
      ]),
    ).toBe("pass met fresh");
  });
  it("is missed when it is known and its record was taken away", () => {
    const { digest } = makeRecord({ metrics: SIX, minutesAgo: 1 });
    const ledger = new Map([["check", { records: [digest], newest: [digest] }]]);
    expect(judge("<7", [{ metrics: SIX, minutesAgo: 10 }], { context: { ledger } })).toBe(
      "inconclusive no_evidence fresh",
    );
    expect(judge("<7", [{ metrics: SIX, minutesAgo: 1 }], { context: { ledger } })).toBe("pass met fresh");
    expect(judge("<7", [{ metrics: SIX }], { context: { ledger: new Map() } })).toBe("pass met fresh");
  });
});

describe("a verdict", () => {
  it("names the lowest tier and the sorted digests it rests on", () => {
    const records = [makeRecord({ metrics: SIX }), makeRecord({ metrics: { other: 1 }, tier: "E3" })];
    const verdict = judgeGate(makeInput("<7", records));
    expect(verdict.tier).toBe("E2");
    expect(verdict.evidence).toEqual(records.map((record) => record.digest).sort());
  });
  it("says that its evidence was not isolated", () => {
    const open = judgeGate(makeInput("<7", [makeRecord({ metrics: SIX, isolation: "none" })]));
    expect(open.hint).toBe("its evidence was not produced in isolation");
    expect(judgeGate(makeInput("<7", [makeRecord({ metrics: SIX })])).hint).toBeNull();
  });
  it("has a deadline while it is inconclusive, and fails after it where the plan says so", () => {
    const policy = { onInconclusive: { holdMs: 1000, outcome: "fail" as const } };
    expect(judgeGate(makeInput("<7", [], { policy })).dueAt).toBe(NOW_MS + 1000);
    const since = { inconclusiveSinceMs: NOW_MS - 2000 };
    expect(judge("<7", [], { policy, context: since })).toBe("fail not_run fresh");
    expect(judge("<7", [], { context: since })).toBe("inconclusive not_run fresh");
    expect(judgeGate(makeInput("<7", [makeRecord({ metrics: SIX })])).dueAt).toBeNull();
  });
  it("quotes no more of a text than a line of it", () => {
    expect(judgeGate(makeInput("x".repeat(5000), [])).explanation.length).toBeLessThan(300);
  });
  it("says what cannot be judged yet", () => {
    const criterion = { kind: "stat" } as never;
    expect(judge("", [{ metrics: SIX }], { gate: { criterion } })).toBe("inconclusive unparsed fresh");
  });
});

describe("a waiver", () => {
  const waiver = (changes: Parameters<typeof makeWord>[3] = {}): ReturnType<typeof makeWord> =>
    makeWord("waiver", "gate", "robin", changes);
  const withWaiver = (record: ReturnType<typeof makeWord>): string => {
    const verdict = judgeGate(makeInput("<5", [makeRecord({ metrics: SIX }), record]));
    return `${verdict.verdict} ${verdict.reason}`;
  };
  it("is a pass of its own kind while it lasts", () => {
    expect(withWaiver(waiver())).toBe("pass waived");
    const verdict = judgeGate(makeInput("<5", [makeRecord({ metrics: SIX }), waiver()]));
    expect(verdict.hint).toContain("fail (violated)");
    expect(verdict.evidence).toEqual([waiver().digest]);
  });
  it("is not shown where the gate passes by itself", () => {
    expect(judgeGate(makeInput("<7", [makeRecord({ metrics: SIX }), waiver()])).reason).toBe("met");
  });
  it.each<[string, Parameters<typeof makeWord>[3]]>([
    ["has run out", { validUntil: ago(1) }],
    ["has no end", { validUntil: null }],
    ["ends at no time", { validUntil: "never" }],
    ["comes from the future", { minutesAgo: -60, validUntil: ago(-600) }],
    ["was given from inside an attempt", { producer: { agent: "a", tenant: "local", task: "t", attempt: 1 } }],
    ["has no reason", { reason: " " }],
    ["has no name", { witness: { name: " ", role: null, reason: "x" } }],
    ["has no person", { witness: null }],
    ["is about another gate", { gates: ["other"] }],
  ])("does nothing when it %s", (_name, changes) => {
    expect(withWaiver(waiver(changes))).toBe("fail violated");
  });
  it("counts in its newest form", () => {
    const verdict = judgeGate(
      makeInput("<5", [
        waiver({ minutesAgo: 9, reason: "old" }),
        waiver({ minutesAgo: 2, reason: "new" }),
        waiver({ minutesAgo: 5, reason: "mid" }),
      ]),
    );
    expect(verdict.explanation).toContain("new");
  });
});

describe("a count", () => {
  const cases = (passed: number, rest: Record<string, number> = {}): RecordFixture => ({
    metrics: {
      tests_passed: passed,
      tests_total: passed + (rest["tests_failed"] ?? 0) + (rest["tests_errored"] ?? 0) + (rest["tests_skipped"] ?? 0),
      ...rest,
    },
  });
  it.each<[RecordFixture, string]>([
    [cases(203), "pass met fresh"],
    [cases(204), "pass met fresh"],
    [cases(202), "fail shrunk_suite fresh"],
    [cases(202, { tests_failed: 1 }), "fail violated fresh"],
    [cases(203, { tests_errored: 1 }), "fail violated fresh"],
    [cases(203, { tests_skipped: 2 }), "inconclusive shrunk_suite fresh"],
    [cases(200, { tests_skipped: 3 }), "fail violated fresh"],
    [cases(203, { tests_flaky: 1 }), "inconclusive flaky fresh"],
    [cases(0), "inconclusive no_evidence fresh"],
    [{ ...cases(1), anomalies: ["header_mismatch"] }, "inconclusive source_error fresh"],
    [{ metrics: { tests_total: 203 } }, "inconclusive source_error fresh"],
    [{ metrics: { tests_total: 203.5, tests_passed: 203 } }, "inconclusive source_error fresh"],
    [{ metrics: { tests_total: 203, tests_passed: 204 } }, "inconclusive source_error fresh"],
    [{ metrics: { tests_total: 210, tests_passed: 203, tests_skipped: 0 } }, "fail violated fresh"],
    [{ metrics: { metric: "203/203" } }, "pass met fresh"],
    [{ metrics: { metric: "202/203" } }, "fail violated fresh"],
    [{ metrics: { metric: "100/100" } }, "fail shrunk_suite fresh"],
    [{ metrics: { metric: 203 } }, "inconclusive no_evidence fresh"],
    [{ metrics: { metric: "203%" } }, "inconclusive unit_mismatch fresh"],
    [{ metrics: { metric: "passing" } }, "inconclusive unit_mismatch fresh"],
    [{ metrics: {} }, "inconclusive no_evidence fresh"],
  ])("%j is %s", (record, expected) => {
    expect(judge("203/203 passing", [record])).toBe(expected);
  });
  it("allows the skips that were there before", () => {
    const before = { ...cases(203, { tests_skipped: 2 }), minutesAgo: 9 };
    expect(judge("203/203 passing", [before, cases(203, { tests_skipped: 2 })])).toBe("pass met fresh");
    expect(judge("203/203 passing", [before, cases(203, { tests_skipped: 3 })])).toBe(
      "inconclusive shrunk_suite fresh",
    );
  });
  it("says to update the plan when there are more", () => {
    expect(judgeGate(makeInput("203/203 passing", [makeRecord(cases(210))])).hint).toBe(
      "update the plan: there are 210 now",
    );
  });
  it("has no answer from nothing or from two", () => {
    expect(judge("203/203 passing", [])).toBe("inconclusive not_run fresh");
    expect(judge("203/203 passing", [{ metrics: {} }], { gate: { metric: null } })).toBe(
      "inconclusive no_evidence fresh",
    );
    expect(judge("203/203 passing", [cases(203), { ...cases(203), checkId: "other" }])).toBe(
      "inconclusive ambiguous fresh",
    );
  });
});

describe("a state", () => {
  it.each<[string, string | boolean | number, string]>([
    ["operational", "operational", "pass met fresh"],
    ["operational", "up", "pass met fresh"],
    ["operational", "degraded", "fail violated fresh"],
    ["true", true, "pass met fresh"],
    ["true", "true", "pass met fresh"],
    ["true", false, "fail violated fresh"],
    ["passing", "passed", "pass met fresh"],
    ["passing", "skipped", "inconclusive not_run fresh"],
    ["passing", "unknown", "inconclusive no_evidence fresh"],
    ["passing", "error", "inconclusive no_evidence fresh"],
    ["passing", "NaN", "inconclusive nan fresh"],
    ["passing", 1, "inconclusive unit_mismatch fresh"],
  ])("%s over %s is %s", (text, value, expected) => {
    expect(judge(text, [{ metrics: { metric: value } }])).toBe(expected);
  });
  it("is believed for a day where nothing else is said", () => {
    const metrics = { metric: "operational" };
    expect(judge("operational", [{ metrics, minutesAgo: 1440 }])).toBe("pass met fresh");
    expect(judge("operational", [{ metrics, minutesAgo: 1441 }])).toBe("inconclusive expired expired");
  });
  it("may be asked not to be", () => {
    const criterion = { kind: "state", op: "!=", value: "down", unit: null } as const;
    expect(judge("", [{ metrics: { metric: "up" } }], { gate: { criterion } })).toBe("pass met fresh");
    expect(judge("", [{ metrics: { metric: "down" } }], { gate: { criterion } })).toBe("fail violated fresh");
  });
  it("is read from a report of test cases", () => {
    const gate = { metric: "tests_total" };
    expect(judge("passing", [{ metrics: { tests_total: 3, tests_passed: 3 } }], { gate })).toBe("pass met fresh");
    expect(judge("passing", [{ metrics: { tests_total: 3, tests_passed: 2 } }], { gate })).toBe("fail violated fresh");
    const skipped = { tests_total: 3, tests_passed: 2, tests_skipped: 1 };
    expect(judge("passing", [{ metrics: skipped }], { gate })).toBe("inconclusive no_evidence fresh");
    expect(judge("passing", [{ metrics: { tests_total: 0, tests_passed: 0 } }], { gate })).toBe(
      "inconclusive no_evidence fresh",
    );
  });
  it("is read from a report of findings", () => {
    const gate = { metric: "findings" };
    const proven = { rules: 2, files_scanned: 3 };
    expect(judge("clean", [{ metrics: { findings: 0, ...proven } }], { gate })).toBe("pass met fresh");
    expect(judge("clean", [{ metrics: { findings: 1, ...proven } }], { gate })).toBe("fail violated fresh");
    expect(judge("clean", [{ metrics: { findings: 0 } }], { gate })).toBe("inconclusive no_evidence fresh");
    expect(judge("clean", [{ metrics: { findings: "no" } }], { gate })).toBe("inconclusive no_evidence fresh");
  });
});

describe("an exit status", () => {
  const bound = { exitBound: true };
  const exit = (code: number | null, rest = {}): RecordFixture => ({
    exit: { code, signal: null, timedOut: false, started: true, ...rest },
  });
  it("satisfies a gate only where the sidecar binds it", () => {
    expect(judge("exit code 0", [exit(0)])).toBe("inconclusive unbound fresh");
    expect(judge("exit code 0", [exit(0)], { bound })).toBe("pass met fresh");
    expect(judge("exit code 0", [exit(1)], { bound })).toBe("fail violated fresh");
    expect(judge("exit code 3", [exit(3)], { bound })).toBe("inconclusive unparsed fresh");
  });
  it("proves nothing when the check was ended, did not start or did not run", () => {
    expect(judge("exit code 0", [exit(0, { timedOut: true })], { bound })).toBe("inconclusive source_error fresh");
    expect(judge("exit code 0", [exit(null, { signal: "SIGKILL" })], { bound })).toBe(
      "inconclusive source_error fresh",
    );
    expect(judge("exit code 0", [{ exit: null }], { bound })).toBe("inconclusive source_error fresh");
    expect(judge("exit code 0", [], { bound })).toBe("inconclusive not_run fresh");
    expect(judge("exit code 0", [exit(0), { ...exit(0), checkId: "other" }], { bound })).toBe(
      "inconclusive ambiguous fresh",
    );
  });
});

describe("values that cannot be", () => {
  it.each<[string, string, number, string | null, string]>([
    ["p95", "<500ms", -5, "ms", "inconclusive source_error fresh"],
    ["bundle", "<5MB", -1, "MB", "inconclusive source_error fresh"],
    ["errors", "<5", -1, null, "inconclusive source_error fresh"],
    ["line_coverage", ">=80", 180, null, "inconclusive source_error fresh"],
    ["error_rate", "<5%", -3, "%", "inconclusive source_error fresh"],
    ["size_delta", "<5MB", -1, "MB", "pass met fresh"],
    ["temperature", "<5", -1, null, "pass met fresh"],
  ])("%s %s at %d %s", (metric, text, value, unit, expected) => {
    const metrics = [{ key: metric, value, unit, n: null }];
    expect(judge(text, [{ metrics }], { gate: { metric } })).toBe(expected);
  });
  it.each(["< 1", "fewer than 1", "<= 0"])("vulnerabilities %s need the proof of a scanner", (text) => {
    const gate = { gate: { metric: "vulnerabilities" } };
    expect(judge(text, [{ metrics: { vulnerabilities: 0 } }], gate)).toBe("inconclusive no_evidence fresh");
    const proven = { vulnerabilities: 0, rules: 9, files_scanned: 3 };
    expect(judge(text, [{ metrics: proven }], gate)).toBe("pass met fresh");
  });
  it("the good word of a scan needs it too", () => {
    const gate = { gate: { metric: "dependency_audit" } };
    expect(judge("passing", [{ metrics: { dependency_audit: "passed" } }], gate)).toBe(
      "inconclusive no_evidence fresh",
    );
    const proven = { dependency_audit: "passed", rules: 9, files_scanned: 3 };
    expect(judge("passing", [{ metrics: proven }], gate)).toBe("pass met fresh");
  });
});

describe("witnesses", () => {
  it("are one person whatever the dots, blanks and case of a name", () => {
    const by = makeWord("witness", "gate", "Builder. ", { role: "lead" });
    const run = makeRecord({ producer: { agent: "builder", tenant: "local", task: null, attempt: null } });
    const signed = (names: readonly string[]): string =>
      judgeGate(
        makeInput(
          "2 of lead",
          names.map((name) => makeWord("witness", "gate", name, { role: "lead" })),
        ),
      ).reason;
    expect(judgeGate(makeInput("1 of lead not producer", [by, run])).reason).toBe("awaiting_witness");
    expect(signed(["Ann Lee", "ann-lee"])).toBe("awaiting_witness");
    expect(signed(["Ann Lee", "Bob"])).toBe("met");
  });
  const text = "1 of release-manager not producer within 48h";
  const sign = (name: string, changes: Parameters<typeof makeWord>[3] = {}): ReturnType<typeof makeWord> =>
    makeWord("witness", "gate", name, { role: "release-manager", ...changes });
  const judgeSigned = (asked: string, records: ReturnType<typeof makeWord>[], fixture: InputFixture = {}): string => {
    const verdict = judgeGate(makeInput(asked, records, fixture));
    return `${verdict.verdict} ${verdict.reason}`;
  };
  it("open the gate when enough of them signed", () => {
    expect(judgeSigned(text, [sign("ada")])).toBe("pass met");
    expect(judgeSigned("2 of release-manager", [sign("ada"), sign("bo")])).toBe("pass met");
    expect(judgeSigned("2 of release-manager", [sign("ada"), sign(" ADA ", { minutesAgo: 3 })])).toBe(
      "inconclusive awaiting_witness",
    );
  });
  it.each<[string, Parameters<typeof makeWord>[3]]>([
    ["in another role", { role: "developer" }],
    ["in no role", { role: null }],
    ["too long ago", { minutesAgo: 49 * 60 }],
    ["in the future", { minutesAgo: -60 }],
    ["at no time", { endedAt: "now" }],
    ["under other files", { tree: "b" }],
    ["with an end that has passed", { validUntil: ago(1) }],
    ["from inside an attempt", { producer: { agent: "x", tenant: "local", task: "t", attempt: 2 } }],
    ["about another gate", { gates: ["other"] }],
  ])("do not count %s", (_name, changes) => {
    expect(judgeSigned(text, [sign("ada", changes)])).toBe("inconclusive awaiting_witness");
  });
  it("are not those who made it", () => {
    expect(judgeSigned(text, [sign("ada")], { context: { producers: ["Ada"] } })).toBe("inconclusive awaiting_witness");
    const made = makeRecord({ producer: { agent: "ada", tenant: "local", task: "t", attempt: 1 } });
    expect(judgeSigned(text, [sign("ada"), made])).toBe("inconclusive awaiting_witness");
  });
  it("hold the roles that the policy gives them", () => {
    const policy = { roles: new Map([["release-manager", ["Ada"]]]) };
    expect(judgeSigned(text, [sign("ada")], { policy })).toBe("pass met");
    expect(judgeSigned(text, [sign("bo")], { policy })).toBe("inconclusive awaiting_witness");
  });
  it("need not be about a tree", () => {
    expect(judgeSigned(text, [sign("ada", { tree: null })])).toBe("pass met");
    expect(judgeSigned("1 of release-manager", [sign("ada", { validUntil: ago(-5) })], {})).toBe("pass met");
  });
});

describe("a comparison with the past", () => {
  const run = (minutesAgo: number, value: number | string, rest: RecordFixture = {}): RecordFixture => ({
    metrics: { metric: value },
    minutesAgo,
    ...rest,
  });
  const floored = "all of: >=10; no worse than -2";
  it.each<[string, RecordFixture[], string]>([
    [floored, [run(1, 50)], "inconclusive no_baseline fresh"],
    [floored.replace("-2", "-2x"), [run(9, 50), run(1, 50)], "inconclusive unit_mismatch fresh"],
    ["all of: >=10%; no worse than -2pp", [run(9, "50%"), run(1, "48%")], "pass met fresh"],
    ["all of: >=10%; no worse than -2pp", [run(9, "50%"), run(1, "47.9%")], "fail violated fresh"],
    ["all of: >=10%; no worse than -2%", [run(9, "50%"), run(1, "50%")], "inconclusive unit_mismatch fresh"],
    ["all of: >=10%; no worse than -2%rel", [run(9, "50%"), run(1, "49%")], "pass met fresh"],
    ["all of: <=9s; no worse than +5%", [run(9, "2s"), run(1, "2.1s")], "pass met fresh"],
    ["all of: <=9s; no worse than +5%", [run(9, "2s"), run(1, "2.2s")], "fail violated fresh"],
    ["all of: <=9s; no worse than +100ms", [run(9, "2s"), run(1, "2.1s")], "pass met fresh"],
    ["all of: >=1; no worse than -2pp", [run(9, 5), run(1, 5)], "inconclusive unit_mismatch fresh"],
    ["no worse than -2pp", [run(9, "50%"), run(1, "50%")], "inconclusive unparsed fresh"],
    ["all of: >=10%; no worse than -2pp", [run(9, "50%"), run(5, "48%"), run(1, "46%")], "pass met fresh"],
    ["all of: >=10%; no worse than -2pp", [run(9, "50%"), run(5, "40%"), run(1, "47%")], "fail violated fresh"],
    [
      "all of: >=10%; no worse than -2pp",
      [run(9, "50%", { anomalies: ["flaky"] }), run(1, "47%")],
      "inconclusive no_baseline fresh",
    ],
    [
      "all of: >=10%; no worse than -2pp",
      [run(9, "50%", { tier: "E1" }), run(1, "47%")],
      "inconclusive no_baseline fresh",
    ],
    ["all of: >=10%; no worse than -2pp", [run(9, "NaN"), run(1, "47%")], "inconclusive no_baseline fresh"],
    ["all of: >=10%; no worse than -2pp", [run(9, "50s"), run(1, "47%")], "inconclusive no_baseline fresh"],
    ["all of: >=10%; no worse than -2pp", [run(9, "50%"), run(1, "NaN")], "inconclusive nan fresh"],
    ["ratchet", [run(1, 50)], "inconclusive no_baseline fresh"],
    ["ratchet", [run(9, 50), run(1, 50)], "pass met fresh"],
    ["ratchet", [run(9, 50), run(8, 60), run(7, 60), run(1, 55)], "pass met fresh"],
    ["ratchet", [run(9, 50), run(8, 60), run(7, 60), run(6, 58), run(1, 57)], "fail violated fresh"],
    ["ratchet", [run(9, 50), run(8, 60), run(7, 60), run(6, 58), run(1, 58)], "pass met fresh"],
    ["ratchet down", [run(9, 50), run(1, 51)], "fail violated fresh"],
    ["no worse than -2pp vs best", [run(9, "50%"), run(1, "48%")], "pass met fresh"],
    ["ratchet", [], "inconclusive not_run fresh"],
  ])("%s over %j is %s", (text, records, expected) => {
    expect(judge(text, records)).toBe(expected);
  });
  it("is not made when a known run is missing", () => {
    const { digest } = makeRecord(run(5, 60));
    const ledger = new Map([["check", { records: [digest], newest: [] }]]);
    expect(judge("ratchet", [run(9, 50), run(1, 50)], { context: { ledger } })).toBe("inconclusive no_evidence fresh");
  });
  it("says what it was compared with", () => {
    const records = [run(9, "50%"), run(1, "40%")].map((record) => makeRecord(record));
    const verdict = judgeGate(makeInput("all of: >=10%; no worse than -2pp", records));
    expect(verdict.explanation).toBe("Metric is 40%, asked is >= 48% after 50% before.");
    expect(TREE).toHaveLength(64);
  });
});
