import type { JsonValue } from "../json/json-scanner.ts";
import { StopReading } from "../oddities.ts";
import type { Level, RuleReference } from "./sarif-run.ts";
import { LEVELS } from "./sarif-run.ts";

/** Kinds that speak of no problem (section 3.27.9). What is open or waits for review is a finding until it is settled. */
const HARMLESS = new Set(["pass", "notApplicable", "informational"]);
const KINDS = new Set([...HARMLESS, "fail", "open", "review"]);
const BASELINES = new Set(["new", "unchanged", "updated", "absent"]);

/** What becomes of one result. */
export type SarifDecision =
  | { readonly as: "nothing" | "suppressed" }
  | {
      readonly as: "finding";
      readonly rule: RuleReference;
      readonly level: Level | null;
      readonly baseline: "new" | "old" | null;
    };

/**
 * Decides about one result from its fields.
 *
 * @param fields by path below the result, such as `rule/id`
 * @param suppressions each entry of its list of suppressions
 * @throws StopReading `malformed` for words that SARIF does not have
 */
export function decideResult(
  fields: ReadonlyMap<string, JsonValue>,
  suppressions: readonly JsonValue[],
): SarifDecision {
  const kind = fields.get("kind") ?? "fail";
  if (typeof kind !== "string" || !KINDS.has(kind)) throw new StopReading("malformed", "a result of an unknown kind");
  const baseline = fields.get("baselineState") ?? null;
  if (baseline !== null && (typeof baseline !== "string" || !BASELINES.has(baseline))) {
    throw new StopReading("malformed", "a result with an unknown baselineState");
  }
  if (HARMLESS.has(kind) || baseline === "absent") return { as: "nothing" };
  if (suppressions.length > 0 && suppressions.every(accepted)) return { as: "suppressed" };
  // A result that is not settled has the level "none" unless it says otherwise (section 3.27.10).
  const level = readLevel(fields.get("level")) ?? (kind === "fail" ? null : "none");
  return {
    as: "finding",
    rule: {
      id: text(fields.get("rule/id")) ?? text(fields.get("ruleId")),
      index: index(fields.get("rule/index")) ?? index(fields.get("ruleIndex")),
      component: index(fields.get("rule/toolComponent/index")),
    },
    level,
    baseline: baseline === null ? null : baseline === "new" ? "new" : "old",
  };
}

/** A level as written, null when there is none. @throws StopReading `malformed` for another word */
export function readLevel(value: JsonValue | undefined): Level | null {
  if (value === undefined || value === null) return null;
  const level = LEVELS.find((known) => known === value);
  if (level === undefined) throw new StopReading("malformed", "an unknown level");
  return level;
}

/** Section 3.35: a suppression says where it stands, and without a status it is accepted. */
function accepted(suppression: JsonValue): boolean {
  if (typeof suppression !== "object" || suppression === null) return false;
  const { kind, status } = Object.fromEntries(Object.entries(suppression));
  return (kind === "inSource" || kind === "external") && (status === undefined || status === "accepted");
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function index(value: JsonValue | undefined): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null;
}
