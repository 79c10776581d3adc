import { describe, expect, test } from "vitest";
import { makeInput, makeRecord, makeWord } from "../../../../test/silent-pass/make-record.ts";
import { judgeGate } from "./judge.ts";
import type { Verdict } from "./verdict.ts";

const REQUIRED = { policy: { isolation: "required" as const } };
const low = makeRecord({ metrics: [{ key: "metric", value: 6, unit: null, n: null }] });

function signed(isolation: "full" | "none", fixture = {}): Verdict {
  return judgeGate(makeInput("1 of lead", [makeWord("witness", "gate", "ada", { role: "lead", isolation })], fixture));
}

function waived(isolation: "full" | "none", fixture = {}): Verdict {
  return judgeGate(makeInput("<5", [low, makeWord("waiver", "gate", "ada", { isolation })], fixture));
}

describe("a person's word that was recorded after something had run without isolation", () => {
  test("opens the gate, and the verdict says so", () => {
    expect(signed("none")).toMatchObject({ verdict: "pass", reason: "met" });
    expect(signed("none").hint).toMatch(/^isolation: none, it was signed after/);
    expect(signed("full").hint).toBe(null);
    expect(waived("none")).toMatchObject({ verdict: "pass", reason: "waived" });
    expect(waived("none").hint).toMatch(/is fail \(violated\); isolation: none/);
    expect(waived("full").hint).not.toContain("isolation");
  });

  test("does not count where isolation is required", () => {
    expect(signed("none", REQUIRED)).toMatchObject({ verdict: "inconclusive", reason: "awaiting_witness" });
    expect(signed("none", REQUIRED).explanation).toContain("not counted: a signature made without isolation");
    expect(signed("full", REQUIRED)).toMatchObject({ verdict: "pass", reason: "met" });
    expect(waived("none", REQUIRED)).toMatchObject({ verdict: "fail", reason: "violated" });
    expect(waived("full", REQUIRED)).toMatchObject({ verdict: "pass", reason: "waived" });
  });
});
