import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InputFixture, RecordFixture } from "../../../../test/silent-pass/make-record.ts";
import { ago, makeInput, makeRecord, NOW_MS } from "../../../../test/silent-pass/make-record.ts";
import { covers, slotMsOf } from "./evaluate-window.ts";
import { judgeGate } from "./judge.ts";

// The same cases in every run: a failure can be looked at, and a pass means the same everywhere.
fc.configureGlobal({ seed: 1 });

const MIN = 60_000;

function judge(text: string, records: readonly RecordFixture[], fixture: InputFixture = {}): string {
  const verdict = judgeGate(
    makeInput(
      text,
      records.map((record) => makeRecord(record)),
      { ...fixture, bound: { exitBound: true, ...fixture.bound } },
    ),
  );
  return `${verdict.verdict} ${verdict.reason}`;
}

/** Runs every so many minutes, the newest a minute ago. */
function every(minutes: number, count: number, change: (index: number) => RecordFixture = () => ({})): RecordFixture[] {
  return Array.from({ length: count }, (_, index) => ({
    minutesAgo: 1 + (count - 1 - index) * minutes,
    ...change(index),
  }));
}

describe("the slots of a window", () => {
  it.each([
    [24 * 60, 15],
    [48 * 60, 30],
    [7 * 24 * 60, 60],
    [60, 1],
    [2, 0.5],
  ])("of %d minutes are %d minutes long", (minutes, slot) => {
    expect(slotMsOf(minutes * MIN)).toBe(slot * MIN);
  });
});

describe("a window without anything that must hold", () => {
  const open = { bound: { exitBound: false } };
  it("does not live on exit statuses that nobody bound", () => {
    expect(judge("24hr canary", every(15, 97), open)).toBe("inconclusive unbound");
    expect(
      judge(
        "24hr canary",
        every(15, 97, () => ({ metrics: { metric: 7 } })),
        open,
      ),
    ).toBe("inconclusive unbound");
  });
  it("judges the state that its check prints of it", () => {
    const saying = (state: string | boolean): RecordFixture[] => every(15, 97, () => ({ metrics: { metric: state } }));
    expect(judge("24hr canary", saying("healthy"), open)).toBe("pass met");
    expect(judge("24hr canary", saying("degraded"), open)).toBe("fail violated");
    expect(judge("24hr canary", saying(false))).toBe("fail violated");
    expect(judge("24hr canary", saying("unknown"), open)).toBe("inconclusive unbound");
  });
});

describe("a window", () => {
  it("passes when its time was observed without a violation", () => {
    expect(judge("24hr canary", every(15, 97))).toBe("pass met");
  });
  it("is incomplete while less was observed, however long ago it began", () => {
    expect(judge("24hr canary", every(15, 96))).toBe("inconclusive window_incomplete");
    expect(judge("24hr canary", [{ minutesAgo: 3000 }, { minutesAgo: 1 }])).toBe("inconclusive window_incomplete");
    expect(
      judge(
        "24hr canary",
        every(15, 97, (i) => (i % 10 === 0 ? { exit: null } : {})),
      ),
    ).toBe("inconclusive window_incomplete");
  });
  it("forgives the few slots that its coverage allows", () => {
    const holes = every(15, 97).filter((_, index) => index !== 20 && index !== 50);
    expect(judge("24hr canary", holes)).toBe("pass met");
    expect(judge("24hr canary coverage 100%", holes)).toBe("inconclusive window_incomplete");
    expect(judge("24hr canary coverage 50%", every(30, 49))).toBe("pass met");
  });
  it("begins anew after a violation", () => {
    const bad = { exit: { code: 1, signal: null, timedOut: false, started: true } };
    expect(
      judge(
        "24hr canary",
        every(15, 97, (i) => (i === 50 ? bad : {})),
      ),
    ).toBe("inconclusive window_incomplete");
    expect(
      judge(
        "24hr canary",
        every(15, 97, (i) => (i === 96 ? bad : {})),
      ),
    ).toBe("fail violated");
    expect(
      judge(
        "24hr canary",
        every(15, 150, (i) => (i === 50 ? bad : {})),
      ),
    ).toBe("pass met");
  });
  it("begins anew with another subject or another check", () => {
    expect(
      judge(
        "24hr canary",
        every(15, 97, (i) => (i === 50 ? { tree: "b" } : {})),
      ),
    ).toBe("inconclusive window_incomplete");
    expect(
      judge(
        "24hr canary",
        every(15, 97, () => ({ tree: "b" })),
      ),
    ).toBe("inconclusive stale_subject");
    expect(
      judge(
        "24hr canary",
        every(15, 97, (i) => (i === 9 ? { checkDigest: "sha256:d" } : {})),
      ),
    ).toBe("inconclusive window_incomplete");
    const until = ago(0.5);
    expect(
      judge(
        "24hr canary",
        every(15, 97, (i) => (i === 9 ? { tree: "b", validUntil: until } : {})),
      ),
    ).toBe("inconclusive window_incomplete");
  });
  it("does not count what proves nothing", () => {
    expect(
      judge(
        "24hr canary",
        every(15, 97, () => ({ anomalies: ["truncated"] })),
      ),
    ).toBe("inconclusive source_error");
    expect(
      judge(
        "24hr canary",
        every(15, 97, () => ({ anomalies: ["empty_report"] })),
      ),
    ).toBe("inconclusive no_evidence");
    expect(
      judge(
        "24hr canary",
        every(15, 97, () => ({ tier: "E1" })),
      ),
    ).toBe("inconclusive tier_too_low");
    expect(
      judge(
        "24hr canary",
        every(15, 97, (i) => ({ minutesAgo: -60 - i })),
      ),
    ).toBe("inconclusive source_error");
    expect(judge("24hr canary", [])).toBe("inconclusive not_run");
  });
  it("asks its criteria of every run", () => {
    const text = "24hr canary: error_rate <1%";
    const rate = (value: string): RecordFixture => ({ metrics: { error_rate: value } });
    expect(
      judge(
        text,
        every(15, 97, () => rate("0.5%")),
      ),
    ).toBe("pass met");
    expect(
      judge(
        text,
        every(15, 97, (i) => rate(i === 60 ? "2%" : "0.5%")),
      ),
    ).toBe("inconclusive window_incomplete");
    expect(
      judge(
        text,
        every(15, 97, (i) => rate(i === 96 ? "2%" : "0.5%")),
      ),
    ).toBe("fail violated");
    expect(judge(text, every(15, 97))).toBe("inconclusive no_evidence");
  });
  it("asks what stands beside it of every run", () => {
    const text = "error_rate <1% + 24hr canary";
    const rate = (value: string): RecordFixture => ({ metrics: { error_rate: value } });
    expect(
      judge(
        text,
        every(15, 97, () => rate("0.5%")),
      ),
    ).toBe("pass met");
    expect(
      judge(
        text,
        every(15, 97, (i) => rate(i === 60 ? "2%" : "0.5%")),
      ),
    ).toBe("inconclusive window_incomplete");
  });
  it("does not lose its old runs to a greatest age, but its newest", () => {
    const policy = { maxAgeMs: 3_600_000 };
    expect(judge("24hr canary", every(15, 97), { policy })).toBe("pass met");
    const old = every(15, 97).map((record) => ({ ...record, minutesAgo: (record.minutesAgo ?? 0) + 61 }));
    expect(judge("24hr canary", old, { policy })).toBe("inconclusive expired");
    expect(judge("24hr canary", old)).toBe("pass met");
  });
  it("is not believed when a known run is missing", () => {
    const ledger = new Map([["check", { records: ["sha256:gone"], newest: [] }]]);
    expect(judge("24hr canary", every(15, 97), { context: { ledger } })).toBe("inconclusive no_evidence");
  });
  it("takes the slots that the policy gives it", () => {
    expect(judge("24hr canary", every(60, 25), { policy: { slotMs: 3_600_000 } })).toBe("pass met");
    expect(judge("24hr canary", every(60, 25))).toBe("inconclusive window_incomplete");
  });
  it("of no length is none", () => {
    const criterion = {
      kind: "window",
      op: ">=",
      value: 0,
      unit: "h",
      label: null,
      coverage: 0.95,
      holds: [],
    } as const;
    expect(judge("", every(15, 97), { gate: { criterion } })).toBe("inconclusive unparsed");
    expect(judge("", every(15, 97), { gate: { criterion: { ...criterion, value: 1, unit: "MB" } } })).toBe(
      "inconclusive unparsed",
    );
  });
  it("says how far it is", () => {
    const verdict = judgeGate(
      makeInput(
        "24hr canary",
        every(15, 5).map((record) => makeRecord(record)),
        { bound: { exitBound: true } },
      ),
    );
    expect(verdict.explanation).toBe("5 good runs over 60 min in slots of 15 min, asked are 24 h.");
    expect(verdict.dueAt).toBe(NOW_MS + 86_400_000);
  });
});

describe("the share of slots", () => {
  it("never shrinks when an observation is added", () => {
    const times = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 12 }), (some, more, slot) => {
        const before = covers(
          some.toSorted((a, b) => a - b),
          100,
          slot,
          0.8,
        );
        const after = covers(
          [...some, more].toSorted((a, b) => a - b),
          100,
          slot,
          0.8,
        );
        expect(before && !after).toBe(false);
      }),
      { numRuns: 10_000 },
    );
  });
  it("agrees with counting every stretch", () => {
    const times = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 30 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 20 }), (some, slot) => {
        const sorted = some.toSorted((a, b) => a - b);
        let found = false;
        for (const [i, start] of sorted.entries()) {
          for (const end of sorted.slice(i)) {
            if (end - start < 60) continue;
            const first = Math.floor(start / slot);
            const last = Math.floor(end / slot);
            const filled = new Set(
              sorted.map((time) => Math.floor(time / slot)).filter((at) => at >= first && at <= last),
            );
            if (filled.size >= 0.75 * (last - first + 1)) found = true;
          }
        }
        expect(covers(sorted, 60, slot, 0.75)).toBe(found);
      }),
      { numRuns: 10_000 },
    );
  });
});
