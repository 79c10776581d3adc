import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RecordFixture } from "../../../../test/silent-pass/make-record.ts";
import { ago, makeInput, makeRecord, makeWord, NOW_MS } from "../../../../test/silent-pass/make-record.ts";
import { canonicalJson } from "../evidence/canonical-json.ts";
import type { EvidenceAnomaly } from "../evidence/record.ts";
import { isOpen, judgeGate } from "./judge.ts";
import type { CheckLedger, EvidenceRecord, JudgeInput } from "./judge-input.ts";
import type { Tier, VerdictValue } from "./verdict.ts";

const RUNS = { numRuns: 10_000, seed: 1 };
const ORDER: Record<VerdictValue, number> = { fail: 0, inconclusive: 1, pass: 2 };

const TEXTS = [
  "<5",
  ">=5",
  "<5ms",
  "operational",
  "203/203 passing",
  "all of: <5; >=1",
  "any of: <5; >=9",
  "2 of: <5; >=1; <9",
  "not: <5",
  "2min canary",
  "metric <5 + 2min canary",
  "all of: >=1; no worse than -2",
  "ratchet",
  "1 of lead not producer within 48h",
  "cel: metric < 5.0",
  "exit code 0",
];

const value = fc.oneof(
  fc.integer({ min: 0, max: 9 }),
  fc.constantFrom<string | number>("3ms", "7ms", "NaN", "operational", "down", "203/203", "5/203", "4s"),
);
const measurement = fc
  .record({
    metric: fc.option(value, { nil: null }),
    checkId: fc.constantFrom("check", "check", "check", "other"),
    minutesAgo: fc.integer({ min: 1, max: 8 }),
    code: fc.constantFrom(0, 0, 0, 0, 1),
    tree: fc.constantFrom<string | undefined>(undefined, undefined, undefined, "b"),
    tier: fc.constantFrom<Tier>("E2", "E2", "E2", "E1", "E4"),
    anomaly: fc.constantFrom<EvidenceAnomaly | null>(null, null, null, null, "truncated", "empty_report", "flaky"),
    validFor: fc.constantFrom<number | null>(null, null, 3, -3),
  })
  .map((facts): EvidenceRecord => {
    const fixture: RecordFixture = {
      metrics: facts.metric === null ? {} : { metric: facts.metric },
      checkId: facts.checkId,
      minutesAgo: facts.minutesAgo,
      exit: { code: facts.code, signal: null, timedOut: false, started: true },
      tier: facts.tier,
      anomalies: facts.anomaly === null ? [] : [facts.anomaly],
      validUntil: facts.validFor === null ? null : ago(facts.validFor),
      ...(facts.tree === undefined ? {} : { tree: facts.tree }),
    };
    return makeRecord(fixture);
  });
const word = fc
  .record({
    kind: fc.constantFrom("witness" as const, "witness" as const, "waiver" as const),
    name: fc.constantFrom("ada", "bo", "holdpoint"),
    minutesAgo: fc.integer({ min: 1, max: 4000 }),
  })
  .map(({ kind, name, minutesAgo }) => makeWord(kind, "gate", name, { role: "lead", minutesAgo }));
const records = fc.array(fc.oneof({ weight: 8, arbitrary: measurement }, { weight: 1, arbitrary: word }), {
  maxLength: 7,
});
const text = fc.constantFrom(...TEXTS);

function ledgerOf(all: readonly EvidenceRecord[]): ReadonlyMap<string, CheckLedger> {
  const ledger = new Map<string, CheckLedger>();
  for (const id of ["check", "other"]) {
    const own = all.filter((record) => record.statement.predicate.check?.id === id);
    const newest = own
      .map((record) => record.statement.predicate.endedAt)
      .toSorted()
      .at(-1);
    ledger.set(id, {
      records: own.map((record) => record.digest),
      newest: own.filter((record) => record.statement.predicate.endedAt === newest).map((record) => record.digest),
    });
  }
  return ledger;
}

function inputOf(asked: string, all: readonly EvidenceRecord[], nowMs = NOW_MS, ledger = ledgerOf(all)): JudgeInput {
  return makeInput(asked, all, {
    bound: {
      checks: [
        { id: "check", digest: "sha256:c" },
        { id: "other", digest: "sha256:c" },
      ],
      exitBound: true,
    },
    policy: { slotMs: 60_000, onInconclusive: { holdMs: 1e12, outcome: "ask" } },
    context: { nowMs, ledger },
  });
}

describe("judging", { timeout: 120_000 }, () => {
  it("never opens a gate because evidence was taken away", () => {
    fc.assert(
      fc.property(text, records, fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), (asked, all, keep) => {
        const fewer = all.filter((_, index) => keep[index]);
        const ledger = ledgerOf(all);
        if (!isOpen(judgeGate(inputOf(asked, fewer, NOW_MS, ledger)))) return;
        expect(isOpen(judgeGate(inputOf(asked, all, NOW_MS, ledger)))).toBe(true);
      }),
      RUNS,
    );
  });
  it("never opens a gate because a metric was taken out of its record", () => {
    fc.assert(
      fc.property(text, records, fc.nat(6), (asked, all, index) => {
        const ledger = ledgerOf(all);
        const less = all.map((record, at): EvidenceRecord => {
          if (at !== index) return record;
          const predicate = { ...record.statement.predicate, metrics: [] };
          return { digest: `${record.digest}-`, statement: { ...record.statement, predicate } };
        });
        if (!isOpen(judgeGate(inputOf(asked, less, NOW_MS, ledger)))) return;
        expect(isOpen(judgeGate(inputOf(asked, all, NOW_MS, ledger)))).toBe(true);
      }),
      RUNS,
    );
  });
  it("never improves while evidence ages", () => {
    const later = fc.integer({ min: 0, max: 5000 }).map((minutes) => NOW_MS + minutes * 60_000);
    fc.assert(
      fc.property(text, records, later, (asked, all, laterMs) => {
        const now = judgeGate(inputOf(asked, all));
        const then = judgeGate(inputOf(asked, all, laterMs));
        expect(ORDER[then.verdict]).toBeLessThanOrEqual(ORDER[now.verdict]);
        expect(isOpen(then) && !isOpen(now)).toBe(false);
      }),
      RUNS,
    );
  });
  it("does not depend on the order of the evidence, and gives the same bytes for the same input", () => {
    const shuffled = records.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(text, shuffled, (asked, [all, other]) => {
        const bytes = canonicalJson(judgeGate(inputOf(asked, all)));
        expect(canonicalJson(judgeGate(inputOf(asked, other)))).toBe(bytes);
        expect(canonicalJson(judgeGate(inputOf(asked, [...all, ...other])))).toBe(bytes);
      }),
      RUNS,
    );
  });
  it("opens only on evidence that is fresh, of the tier that is asked for, and not odd", () => {
    fc.assert(
      fc.property(text, records, (asked, all) => {
        const verdict = judgeGate(inputOf(asked, all));
        if (!isOpen(verdict) || verdict.reason === "waived") return;
        expect(verdict.evidence.length).toBeGreaterThan(0);
        for (const record of all.filter((candidate) => verdict.evidence.includes(candidate.digest))) {
          const { predicate } = record.statement;
          expect(predicate.anomalies).toEqual([]);
          expect(predicate.tier).not.toBe("E1");
          expect(predicate.kind === "check" ? predicate.exit?.code : 0).toBe(0);
          expect(predicate.tier).not.toBe("E0");
        }
      }),
      RUNS,
    );
  });
  it("opens some gates, or the laws above would say nothing", () => {
    let open = 0;
    fc.assert(
      fc.property(text, records, (asked, all) => {
        if (isOpen(judgeGate(inputOf(asked, all)))) open += 1;
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect(open).toBeGreaterThan(50);
  });
});
