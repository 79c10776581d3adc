import { isOpen, type Reason, type VerdictValue } from "@holdpoint/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claimGaps, leafCounts } from "./claim-gaps.ts";
import { concludeReport } from "./conclusion.ts";
import { countGates, gateName, hasTurned, notOpen, reasonText, standingOf } from "./gate-standing.ts";
import { fullReport, sampleGate, sampleItem, sampleReport } from "./sample-report.testing.ts";
import { sidecarLines, sidecarName } from "./sidecar-lines.ts";
import { verificationJson } from "./verification-json.ts";

describe("standingOf", () => {
  it.each([
    ["pass", "fresh", "met", "pass"],
    ["pass", "fresh", "waived", "waived"],
    ["pass", "stale", "met", "stale"],
    ["pass", "expired", "waived", "stale"],
    ["fail", "fresh", "violated", "fail"],
    ["fail", "stale", "waived", "fail"],
    ["inconclusive", "fresh", "waived", "inconclusive"],
  ] as const)("reads %s, %s, %s as %s", (verdict, freshness, reason, standing) => {
    expect(standingOf({ verdict, freshness, reason })).toBe(standing);
  });

  it("is pass or waived exactly where the gate is open", () => {
    const verdict = fc.constantFrom<VerdictValue[]>("pass", "fail", "inconclusive");
    const reason = fc.constantFrom<Reason[]>("met", "waived", "violated", "no_evidence");
    fc.assert(
      fc.property(
        fc.record({
          verdict,
          freshness: fc.constantFrom("fresh" as const, "stale" as const, "expired" as const),
          reason,
        }),
        (gate) => {
          expect(isOpen(gate)).toBe(["pass", "waived"].includes(standingOf(gate)));
        },
      ),
      { seed: 1 },
    );
  });
});

describe("gates", () => {
  it("are counted once each", () => {
    const counts = countGates(fullReport().gates);
    const all = Object.values(counts.of).flatMap((row) => Object.values(row));
    expect(all.reduce((sum, count) => sum + count, 0)).toBe(fullReport().gates.length);
    expect(counts.of.critical.inconclusive).toBe(5);
  });

  it("that are not open come by severity, then failed first, then unbound last, then by line", () => {
    const closed = { verdict: "inconclusive", reason: "no_evidence" } as const;
    const gates = [
      sampleGate({ key: "late", line: 9, ...closed }),
      sampleGate({ key: "unbound", line: 1, verdict: "inconclusive", reason: "unbound" }),
      sampleGate({ key: "minor", line: 1, severity: "enhancement", verdict: "fail", reason: "violated" }),
      sampleGate({ key: "early", line: 2, ...closed }),
      sampleGate({ key: "failed", line: 20, verdict: "fail", reason: "violated" }),
      sampleGate({ key: "open" }),
    ];
    expect(notOpen(gates).map((gate) => gate.key)).toEqual(["failed", "early", "late", "unbound", "minor"]);
  });

  it("have a name without a metric too, and reasons in words", () => {
    expect(gateName({ metric: null, key: "k" })).toBe("k");
    expect(reasonText("awaiting_witness")).toBe("awaiting witness");
  });

  it("have turned only when the verdict changed", () => {
    const turn = (verdict: VerdictValue) => ({ at: "", verdict, reason: "met" as const });
    expect(hasTurned(sampleGate({ turns: [turn("fail"), turn("fail")] }))).toBe(false);
    expect(hasTurned(sampleGate({ turns: [turn("fail"), turn("pass")] }))).toBe(true);
  });
});

describe("claimGaps", () => {
  it("takes leaves that count, and phases whose own gates say otherwise", () => {
    const items = [
      sampleItem({ key: "open", verified: "open", line: 1 }),
      sampleItem({ key: "failed", verified: "failed", line: 2 }),
      sampleItem({ key: "fine" }),
      sampleItem({ key: "pending", claimed: "pending", verified: "failed" }),
      sampleItem({ key: "optional", verified: "failed", counts: false }),
      sampleItem({ key: "phase", kind: "phase", verified: "inconclusive", counts: false }),
      sampleItem({ key: "bare phase", kind: "phase", verified: "open", counts: false }),
    ];
    expect(claimGaps({ items }).map((item) => item.key)).toEqual(["failed", "phase", "open"]);
    expect(leafCounts({ items })).toEqual({ total: 4, claimed: 3, verified: 1 });
  });
});

describe("concludeReport", () => {
  const closed = sampleGate({ verdict: "inconclusive", reason: "no_evidence" });
  const failed = sampleGate({ verdict: "fail", reason: "violated" });
  const dead = {
    tasks: { accepted: 0, open: 0, held: 0, dead: 2, total: 2 },
    attempts: [],
    waitsFor: [],
    writtenBack: [],
  };

  it.each([
    [
      "all open",
      { gates: [sampleGate(), sampleGate()], exitCode: 0 },
      "pass",
      "All 2 critical gates are pass and fresh.",
    ],
    ["one open", { gates: [sampleGate()], exitCode: 0 }, "pass", "The one critical gate is pass and fresh."],
    ["a failure", { gates: [failed, closed], exitCode: 1 }, "fail", "1 critical gate failed and 1 is not proven yet."],
    ["dead tasks", { gates: [sampleGate()], work: dead, exitCode: 1 }, "fail", "2 tasks ran out of tries."],
    ["unproven", { gates: [closed], exitCode: 2 }, "inconclusive", "1 critical gate is not proven yet."],
    [
      "stale",
      { gates: [sampleGate({ freshness: "stale" })], exitCode: 0 },
      "inconclusive",
      "1 critical gate is not proven yet.",
    ],
    ["no gates", { gates: [], exitCode: 0 }, "inconclusive", "The plan has no gate"],
    [
      "none critical",
      { gates: [sampleGate({ severity: "important" })], exitCode: 0 },
      "inconclusive",
      "No gate of this plan is critical",
    ],
    [
      "no consent",
      { gates: [sampleGate()], notAllowed: [{ line: 1, command: "x" }], exitCode: 2 },
      "inconclusive",
      "allowed to run",
    ],
    ["other codes", { gates: [sampleGate()], exitCode: 2 }, "inconclusive", "Not everything is proven."],
    [
      "a gate left out that failed",
      { gates: [sampleGate()], leftOut: { gates: 3, failed: ["g"], unproven: ["h"] }, exitCode: 1 },
      "fail",
      "1 of the 3 gates that --only left out failed.",
    ],
    [
      "a gate left out that is not proven",
      { gates: [sampleGate()], leftOut: { gates: 3, failed: [], unproven: ["h"] }, exitCode: 2 },
      "inconclusive",
      "pass and fresh, but 1 of the 3 gates that --only left out is not proven yet, so the exit code is 2.",
    ],
    [
      "gates left out that are not proven beside one that is not",
      { gates: [closed], leftOut: { gates: 3, failed: [], unproven: ["h", "i"] }, exitCode: 2 },
      "inconclusive",
      "1 critical gate is not proven yet, nor 2 of the 3 gates that --only left out.",
    ],
    [
      "gates left out that are open",
      { gates: [sampleGate()], leftOut: { gates: 1, failed: [], unproven: [] }, exitCode: 0 },
      "pass",
      "nothing critical is wanting among the 1 gate that --only left out.",
    ],
    [
      "nothing critical asked for",
      { gates: [sampleGate({ severity: "important" })], leftOut: { gates: 1, failed: [], unproven: [] }, exitCode: 0 },
      "inconclusive",
      "None of the gates that were asked for is critical",
    ],
    ["interrupted", { gates: [sampleGate()], exitCode: 130 }, "inconclusive", "Interrupted"],
  ] as const)("says of %s what the gates say", (_, over, tone, words) => {
    const conclusion = concludeReport(sampleReport(over));
    expect(conclusion.tone).toBe(tone);
    expect(conclusion.sentence).toContain(words);
  });
});

describe("sidecarLines", () => {
  const suggesting = (suggestion: string | null) => sampleGate({ suggestion });

  it("writes each top-level key once, with all entries under it, and a shared entry once", () => {
    const made = sidecarLines([
      suggesting("checks:\n  load:\n    command: run\ngates:\n  a:\n    check: load\n"),
      suggesting("checks:\n  load:\n    command: run\ngates:\n  b:\n    check: load\n    metric: p95"),
      suggesting(null),
      suggesting("  \n"),
    ]);
    expect(made.gates).toBe(2);
    expect(made.lines.join("\n")).toBe(
      "checks:\n  load:\n    command: run\ngates:\n  a:\n    check: load\n  b:\n    check: load\n    metric: p95",
    );
  });

  it("puts entries without a top-level key under gates", () => {
    const made = sidecarLines([suggesting('  "a/p95":\n    check: load'), suggesting("  b: {check: y}")]);
    expect(made.lines.join("\n")).toBe('gates:\n  "a/p95":\n    check: load\n  b: {check: y}');
  });

  it("takes no more gates than asked for", () => {
    expect(sidecarLines([suggesting("gates:\n  a: 1"), suggesting("gates:\n  b: 2")], 1)).toEqual({
      gates: 1,
      lines: ["gates:", "  a: 1"],
    });
  });

  it("names the sidecar beside the plan", () => {
    expect(sidecarName("docs/PLAN.md")).toBe("docs/PLAN.holdpoint.yaml");
    expect(sidecarName("v1.2/plan")).toBe("v1.2/plan.holdpoint.yaml");
  });
});

describe("verificationJson", () => {
  const json = verificationJson(fullReport());

  it("begins with the keys of the contract, in its order", () => {
    expect(Object.keys(json).slice(0, 7)).toEqual([
      "schema",
      "plan",
      "claimed",
      "verified",
      "gates",
      "items",
      "problems",
    ]);
    expect(Object.keys(json.plan).slice(0, 2)).toEqual(["title", "digest"]);
    expect(Object.keys(json.gates[0] ?? {}).slice(0, 11)).toEqual([
      "key",
      "line",
      "metric",
      "text",
      "severity",
      "verdict",
      "freshness",
      "reason",
      "tier",
      "evidence",
      "item",
    ]);
    expect(Object.keys(json.items[0] ?? {})).toEqual(["key", "claimed", "verified"]);
    expect(Object.keys(json.problems[0] ?? {})).toEqual([
      "code",
      "severity",
      "kind",
      "line",
      "lines",
      "message",
      "hint",
    ]);
    expect(json.schema).toBe("holdpoint/verification/v1");
  });

  it("has every gate and item, and survives being written and read", () => {
    expect(json.gates).toHaveLength(fullReport().gates.length);
    expect(json.items).toHaveLength(fullReport().items.length);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  it("keeps shares within 0 and 1; what is not a number is 0", () => {
    expect(verificationJson(sampleReport({ claimed: 2.21, verified: Number.NaN }))).toMatchObject({
      claimed: 1,
      verified: 0,
    });
  });

  it("leaves the output of checks out and names the report", () => {
    expect(JSON.stringify(json)).not.toContain("requests failed");
    expect(json.report).toBe(".holdpoint/report.html");
    expect(verificationJson(sampleReport()).report).toBeNull();
  });
});
