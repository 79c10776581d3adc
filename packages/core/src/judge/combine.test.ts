import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompositeCriterion } from "../criteria/criterion.ts";
import { combine } from "./combine.ts";
import type { Finding } from "./finding.ts";
import { settle } from "./finding.ts";
import type { Reason, VerdictValue } from "./verdict.ts";

// The same cases in every run: a failure can be looked at, and a pass means the same everywhere.
fc.configureGlobal({ seed: 1 });

const RUNS = { numRuns: 10_000 };

function make(value: VerdictValue, doubt: Reason | null = null): Finding {
  const reason = value === "pass" ? "met" : value === "fail" ? "violated" : "no_evidence";
  return {
    value,
    reason,
    doubt: value === "inconclusive" ? null : doubt,
    says: value,
    runs: [],
    signatures: [],
    hint: null,
  };
}

function composite(op: CompositeCriterion["op"], value: number | null = null): CompositeCriterion {
  return { kind: "composite", op, value, unit: null, of: [] };
}

const finding = fc
  .tuple(
    fc.constantFrom<VerdictValue>("pass", "fail", "inconclusive"),
    fc.constantFrom<Reason | null>(null, "source_error", "stale_subject"),
  )
  .map(([value, doubt]) => make(value, doubt));
const parts = fc.array(finding, { minLength: 1, maxLength: 6 });
const ORDER: Record<VerdictValue, number> = { fail: 0, inconclusive: 1, pass: 2 };
const settled = (found: Finding): VerdictValue => settle(found).value;
const ranks = (found: readonly Finding[]): number[] => found.map((part) => ORDER[settled(part)]);

describe("the laws of composites", () => {
  it("all is the worst of its parts and any the best", () => {
    fc.assert(
      fc.property(parts, (found) => {
        expect(ORDER[settled(combine(composite("all"), found))]).toBe(Math.min(...ranks(found)));
        expect(ORDER[settled(combine(composite("any"), found))]).toBe(Math.max(...ranks(found)));
      }),
      RUNS,
    );
  });
  it("n of n is all, 1 of n is any, and more needed is never better", () => {
    fc.assert(
      fc.property(parts, (found) => {
        const values = found.map((_, i) => settled(combine(composite("atLeast", i + 1), found)));
        expect(values[0]).toBe(settled(combine(composite("any"), found)));
        expect(values.at(-1)).toBe(settled(combine(composite("all"), found)));
        for (const [i, value] of values.entries()) {
          expect(ORDER[value]).toBeLessThanOrEqual(ORDER[values[i - 1] ?? "pass"]);
        }
      }),
      RUNS,
    );
  });
  it("k of n counts what is proven either way", () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 6 }), (found, k) => {
        fc.pre(k <= found.length);
        const passes = found.filter((part) => settled(part) === "pass").length;
        const fails = found.filter((part) => settled(part) === "fail").length;
        const expected = passes >= k ? "pass" : fails > found.length - k ? "fail" : "inconclusive";
        expect(settled(combine(composite("atLeast", k), found))).toBe(expected);
      }),
      RUNS,
    );
  });
  it("not keeps inconclusive, and twice is the same as none", () => {
    fc.assert(
      fc.property(finding, (part) => {
        const once = combine(composite("not"), [part]);
        const twice = combine(composite("not"), [once]);
        expect(twice.value).toBe(part.value);
        expect(once.value === "inconclusive").toBe(part.value === "inconclusive");
        expect(part.doubt !== null && settled(once) === "pass").toBe(false);
      }),
      RUNS,
    );
  });
  it("nothing doubtful becomes a pass by any nesting", () => {
    const doubtful = fc.array(
      fc.constantFrom<VerdictValue>("pass", "fail").map((value) => make(value, "stale_subject")),
      { minLength: 1, maxLength: 4 },
    );
    const op = fc.constantFrom<CompositeCriterion["op"]>("all", "any", "not");
    fc.assert(
      fc.property(doubtful, fc.array(op, { minLength: 1, maxLength: 5 }), (found, ops) => {
        let at: Finding[] = found;
        for (const next of ops) at = [combine(composite(next), next === "not" ? at.slice(0, 1) : at)];
        expect(at.map((part) => settled(part))).not.toContain("pass");
      }),
      RUNS,
    );
  });
  it("the order of the parts does not matter", () => {
    fc.assert(
      fc.property(parts, (found) => {
        for (const op of ["all", "any"] as const) {
          expect(settled(combine(composite(op), found.toReversed()))).toBe(settled(combine(composite(op), found)));
        }
      }),
      RUNS,
    );
  });
});

describe("a composite that cannot be", () => {
  it("of no parts has no gate", () => {
    for (const op of ["all", "any", "not", "atLeast"] as const) {
      expect(combine(composite(op, 1), []).reason).toBe("no_gate");
    }
  });
  it("asks for a number that there is", () => {
    for (const k of [0, 3, 1.5, null]) {
      expect(combine(composite("atLeast", k), [make("pass"), make("pass")]).reason).toBe("unparsed");
    }
    expect(combine(composite("not"), [make("pass"), make("pass")]).reason).toBe("unparsed");
  });
});
