import { isOpen, type Reason, SEVERITIES, type Severity } from "@holdpoint/core";
import type { ReportGate } from "./report-model.ts";

/**
 * How a gate stands, for people: its verdict, with the two kinds of pass that are counted apart.
 *
 * `waived` opens the gate on a person's word; `stale` is a pass whose evidence no longer speaks about the present
 * subject, and opens nothing.
 */
export type Standing = "pass" | "waived" | "stale" | "fail" | "inconclusive";

/** Every standing, in the order of tables. */
const STANDINGS: readonly Standing[] = ["pass", "waived", "stale", "fail", "inconclusive"];

/** The verdict of a gate with freshness and waiver folded in. */
export function standingOf(gate: Pick<ReportGate, "verdict" | "freshness" | "reason">): Standing {
  if (gate.verdict !== "pass") return gate.verdict === "fail" ? "fail" : "inconclusive";
  if (gate.freshness !== "fresh") return "stale";
  return gate.reason === "waived" ? "waived" : "pass";
}

/** Gates by severity and standing, as tables show them. */
export interface GateCounts {
  /** Every pair has a number. */
  readonly of: Readonly<Record<Severity, Readonly<Record<Standing, number>>>>;
  /** Severities that some gate has, the gravest first. */
  readonly severities: readonly Severity[];
  /** The three verdicts, and of the rarer kinds of pass those that some gate has. */
  readonly standings: readonly Standing[];
}

/** Counts gates by severity and standing. */
export function countGates(gates: readonly ReportGate[]): GateCounts {
  const of: Record<Severity, Record<Standing, number>> = { critical: none(), important: none(), enhancement: none() };
  for (const gate of gates) of[gate.severity][standingOf(gate)] += 1;
  const isRare = (standing: Standing): boolean => standing === "waived" || standing === "stale";
  return {
    of,
    severities: SEVERITIES.filter((severity) => STANDINGS.some((standing) => of[severity][standing] > 0)),
    standings: STANDINGS.filter(
      (standing) => !isRare(standing) || SEVERITIES.some((severity) => of[severity][standing] > 0),
    ),
  };
}

/** Gates that are not open, the gravest first: by severity, then failed before unproven, then by line. */
export function notOpen(gates: readonly ReportGate[]): ReportGate[] {
  return gates.filter((gate) => !isOpen(gate)).sort(byGravity);
}

/** A gate's name for people: its metric, else its key. */
export function gateName(gate: Pick<ReportGate, "metric" | "key">): string {
  return gate.metric ?? gate.key;
}

/** A reason of the closed list as words: `window incomplete`. */
export function reasonText(reason: Reason): string {
  return reason.replaceAll("_", " ");
}

/** Whether the gate's verdict changed while it was watched. */
export function hasTurned(gate: ReportGate): boolean {
  return new Set(gate.turns.map((turn) => turn.verdict)).size > 1;
}

function none(): Record<Standing, number> {
  return { pass: 0, waived: 0, stale: 0, fail: 0, inconclusive: 0 };
}

function byGravity(a: ReportGate, b: ReportGate): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    Number(a.verdict !== "fail") - Number(b.verdict !== "fail") ||
    // What nothing speaks for yet is listed with its sidecar lines; what was measured comes before it.
    Number(a.reason === "unbound") - Number(b.reason === "unbound") ||
    a.line - b.line
  );
}
