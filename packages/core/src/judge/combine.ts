import type { CompositeCriterion } from "../criteria/criterion.ts";
import type { Finding } from "./finding.ts";
import { inconclusive, settle } from "./finding.ts";
import type { VerdictValue } from "./verdict.ts";

/**
 * Combines the findings of a composite's parts in Kleene's three values: `all` is the worst of fail > inconclusive >
 * pass, `any` the best, `atLeast` counts, `not` keeps inconclusive. No parts at all are inconclusive `no_gate`.
 */
export function combine(criterion: CompositeCriterion, parts: readonly Finding[]): Finding {
  if (parts.length === 0) return inconclusive("no_gate", "the list of criteria is empty");
  if (criterion.op === "not") return negate(parts);
  const settled = parts.map((part) => settle(part));
  const needed = neededPasses(criterion, parts.length);
  if (needed === null) return inconclusive("unparsed", `it asks for ${String(criterion.value)} of ${parts.length}`);
  const passes = settled.filter((part) => part.value === "pass");
  const fails = settled.filter((part) => part.value === "fail");
  if (passes.length >= needed) return { ...join("pass", passes, settled), reason: "met" };
  if (fails.length > parts.length - needed) return join("fail", fails, settled);
  return join(
    "inconclusive",
    settled.filter((part) => part.value === "inconclusive"),
    settled,
  );
}

function neededPasses(criterion: CompositeCriterion, parts: number): number | null {
  if (criterion.op === "all") return parts;
  if (criterion.op === "any") return 1;
  const k = criterion.value;
  return k !== null && Number.isInteger(k) && k >= 1 && k <= parts ? k : null;
}

function negate(parts: readonly Finding[]): Finding {
  const [part] = parts;
  if (part === undefined || parts.length > 1) return inconclusive("unparsed", "a not has exactly one part");
  // The part is not settled first: its doubt must outlive the negation.
  if (part.value === "inconclusive") return part;
  const value: VerdictValue = part.value === "pass" ? "fail" : "pass";
  return { ...part, value, reason: value === "pass" ? "met" : "violated", says: `not (${part.says})` };
}

/** Takes value and reason from the parts that decided, and evidence and words from these alone. */
function join(value: VerdictValue, deciding: readonly Finding[], all: readonly Finding[]): Finding {
  const first = deciding[0] ?? all[0];
  if (first === undefined) return inconclusive("no_gate", "the list of criteria is empty");
  const sure = deciding.find((part) => part.doubt === null);
  return {
    value,
    reason: (sure ?? first).reason,
    doubt: sure === undefined ? first.doubt : null,
    says: deciding.map((part) => part.says).join("; "),
    runs: unique(deciding.flatMap((part) => part.runs)),
    signatures: unique(deciding.flatMap((part) => part.signatures)),
    hint: all.find((part) => part.hint !== null)?.hint ?? null,
  };
}

function unique<T>(values: readonly T[]): readonly T[] {
  return values.length < 2 ? values : [...new Set(values)];
}
