import type { PlanDocument, PlanItem, Severity } from "../plan/inspection.ts";
import { isOpen } from "./judge.ts";
import type { Verdict } from "./verdict.ts";

/** Every state that the gates can give an item. */
export const VERIFIED_STATES = ["verified", "failed", "inconclusive", "open"] as const;

/** What the gates say of an item. `open`: no gate stands on it or above it. */
export type VerifiedState = (typeof VERIFIED_STATES)[number];

/** What is claimed and what is verified of a plan. */
export interface Rollup {
  /** Share, 0..1, of the counted leaf items that the document calls done; 0 when none are counted. */
  readonly claimed: number;
  /** Share, 0..1, of the counted leaf items that are verified; 0 when none are counted. */
  readonly verified: number;
  /** Keys of the leaf items that are counted: not cancelled, deferred or optional. */
  readonly leaves: ReadonlySet<string>;
  /** By item key, every item of the plan. */
  readonly items: ReadonlyMap<string, VerifiedState>;
}

/** The effective severity of gates, by gate key; a sidecar may set another than the plan. */
export type Severities = ReadonlyMap<string, Severity>;

/**
 * Rolls verdicts up to items.
 *
 * An item is verified when every critical gate on it, or else on its nearest gated ancestor, is pass and fresh; it is
 * failed or inconclusive as those gates are. A tick without a gate verifies nothing. The shares count leaf items that
 * are not cancelled, deferred or optional.
 *
 * @param verdicts by gate key; a gate without one is inconclusive
 * @param severities overrides the severity of the plan's gates
 */
export function rollUp(
  plan: Pick<PlanDocument, "items" | "gates">,
  verdicts: ReadonlyMap<string, Verdict>,
  severities: Severities = new Map(),
): Rollup {
  const states = statesByItem(plan, verdicts, severities);
  const byKey = new Map(plan.items.map((item) => [item.key, item]));
  const items = new Map(plan.items.map((item) => [item.key, inherited(item, byKey, states)]));
  const leaves = countedLeaves(plan.items);
  const share = (count: number): number => (leaves.length === 0 ? 0 : count / leaves.length);
  return {
    claimed: share(leaves.filter((item) => item.claimed === "done").length),
    verified: share(leaves.filter((item) => items.get(item.key) === "verified").length),
    leaves: new Set(leaves.map((item) => item.key)),
    items,
  };
}

/** The items that the shares count: those without items below them that are not cancelled, deferred or optional. */
function countedLeaves(items: readonly PlanItem[]): readonly PlanItem[] {
  const parents = new Set(items.map((item) => item.parent));
  return items.filter(
    (item) => !parents.has(item.key) && item.claimed !== "cancelled" && item.claimed !== "deferred" && !item.optional,
  );
}

/** The state of each item that has critical gates of its own. */
function statesByItem(
  plan: Pick<PlanDocument, "gates">,
  verdicts: ReadonlyMap<string, Verdict>,
  severities: Severities,
): ReadonlyMap<string, VerifiedState> {
  const states = new Map<string, VerifiedState>();
  for (const gate of plan.gates) {
    if (gate.item === null || (severities.get(gate.key) ?? gate.severity) !== "critical") continue;
    states.set(gate.item, worse(states.get(gate.item) ?? "verified", stateOf(verdicts.get(gate.key))));
  }
  return states;
}

function stateOf(verdict: Verdict | undefined): VerifiedState {
  if (verdict === undefined) return "inconclusive";
  if (isOpen(verdict)) return "verified";
  return verdict.verdict === "fail" ? "failed" : "inconclusive";
}

const BADNESS: Readonly<Record<VerifiedState, number>> = { verified: 0, open: 1, inconclusive: 2, failed: 3 };

function worse(a: VerifiedState, b: VerifiedState): VerifiedState {
  return BADNESS[a] >= BADNESS[b] ? a : b;
}

/** The state of the item itself, or of the nearest ancestor that has one. */
function inherited(
  item: PlanItem,
  byKey: ReadonlyMap<string, PlanItem>,
  states: ReadonlyMap<string, VerifiedState>,
): VerifiedState {
  const seen = new Set<string>();
  for (let at: PlanItem | undefined = item; at !== undefined && !seen.has(at.key); ) {
    const state = states.get(at.key);
    if (state !== undefined) return state;
    seen.add(at.key);
    at = at.parent === null ? undefined : byKey.get(at.parent);
  }
  return "open";
}
