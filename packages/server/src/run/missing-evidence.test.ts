import type { Verdict } from "@holdpoint/core";
import { describe, expect, test } from "vitest";
import { missingOf, nextActionsOf } from "./missing-evidence.ts";

const verdict: Verdict = {
  verdict: "inconclusive",
  freshness: "fresh",
  reason: "no_evidence",
  tier: null,
  evidence: [],
  explanation: "nothing was measured",
  dueAt: null,
  hint: null,
};

describe("what is missing", () => {
  test("is told by the gate's verdict, and also where there is none", () => {
    expect(missingOf("g", verdict, null)).toMatchObject({
      gate: "g",
      reason: "no_evidence",
      explanation: "nothing was measured",
    });
    expect(missingOf("g", undefined, null)).toMatchObject({ verdict: null, explanation: "gate g was not judged" });
  });

  test.each([
    ["no_evidence", "Hand in evidence"],
    ["unbound", "Bind a metric"],
    ["tier_too_low", "holdpoint run"],
    ["stale_subject", "subject.tree"],
    ["awaiting_witness", "named person"],
    ["window_incomplete", "Wait"],
    ["violated", "Improve"],
  ] as const)("for %s names an action", (reason, words) => {
    const missing = missingOf("g", { ...verdict, reason }, null);
    expect(nextActionsOf("refused", [missing, missing], "leased")).toEqual([expect.stringContaining(words)]);
  });

  test("says how the task goes on", () => {
    expect(nextActionsOf("accepted", [], "accepted")).toEqual([]);
    expect(nextActionsOf("pending", [], "reported")).toHaveLength(1);
    expect(nextActionsOf("refused", [], "ready")[0]).toContain("Claim the task again");
    expect(nextActionsOf("refused", [], "dead")[0]).toContain("out of tries");
  });
});
