import { isOpen } from "@holdpoint/core";
import { counted } from "../output/counted.ts";
import type { LeftOutGates, VerificationReport } from "./report-model.ts";

/** The one sentence that a report ends in, and how it should look. */
export interface Conclusion {
  readonly tone: "pass" | "fail" | "inconclusive";
  readonly sentence: string;
}

/**
 * Says what the gates say, in one sentence.
 *
 * Made from the gates and not from the exit code alone, so that the sentence can only be good news when every critical
 * gate is pass and fresh, and there is one.
 */
export function concludeReport(report: VerificationReport): Conclusion {
  if (report.exitCode === 130) return { tone: "inconclusive", sentence: "Interrupted before everything was judged." };
  const critical = report.gates.filter((gate) => gate.severity === "critical");
  const failed = critical.filter((gate) => gate.verdict === "fail").length;
  const unproven = critical.filter((gate) => gate.verdict !== "fail" && !isOpen(gate)).length;
  const dead = report.work?.tasks.dead ?? 0;
  const { leftOut } = report;
  if (failed + dead + leftOut.failed.length > 0) {
    const parts = failures(failed, dead, unproven);
    if (leftOut.failed.length > 0) parts.push(`${leftOut.failed.length} of ${leftOutText(leftOut.gates)} failed`);
    return { tone: "fail", sentence: joined(parts) };
  }
  if (report.gates.length === 0) {
    return { tone: "inconclusive", sentence: "The plan has no gate, so nothing in it can be verified." };
  }
  if (unproven > 0) {
    const are = unproven === 1 ? "is" : "are";
    const sentence = `${counted(unproven, "critical gate")} ${are} not proven yet`;
    const more = leftOut.unproven.length > 0 ? `, nor ${unprovenOf(leftOut)}` : "";
    return { tone: "inconclusive", sentence: `${sentence}${more}.` };
  }
  if (leftOut.unproven.length > 0) {
    const sentence = `${askedText(critical.length)}, but ${unprovenOf(leftOut)} ${leftOut.unproven.length === 1 ? "is" : "are"} not proven yet, so the exit code is 2.`;
    return { tone: "inconclusive", sentence };
  }
  return withoutFailure(report, critical.length);
}

function withoutFailure(report: VerificationReport, critical: number): Conclusion {
  if (report.exitCode !== 0) {
    const sentence =
      report.notAllowed.length > 0
        ? "Not everything was allowed to run, so it is not proven."
        : "Not everything is proven.";
    return { tone: "inconclusive", sentence };
  }
  if (report.leftOut.gates > 0) {
    const sentence = `${askedText(critical)}, and by earlier evidence nothing critical is wanting among ${leftOutText(report.leftOut.gates)}.`;
    return { tone: critical === 0 ? "inconclusive" : "pass", sentence };
  }
  if (critical === 0)
    return { tone: "inconclusive", sentence: "No gate of this plan is critical, so nothing holds it." };
  const gates = critical === 1 ? "The one critical gate is" : `All ${critical} critical gates are`;
  return { tone: "pass", sentence: `${gates} pass and fresh.` };
}

function askedText(critical: number): string {
  if (critical === 0) return "None of the gates that were asked for is critical";
  if (critical === 1) return "The critical gate that was asked for is pass and fresh";
  return "The critical gates that were asked for are pass and fresh";
}

function leftOutText(gates: number): string {
  return `the ${counted(gates, "gate")} that --only left out`;
}

function unprovenOf({ gates, unproven }: LeftOutGates): string {
  return `${unproven.length} of ${leftOutText(gates)}`;
}

function failures(failed: number, dead: number, unproven: number): string[] {
  const parts: string[] = [];
  if (failed > 0) parts.push(`${counted(failed, "critical gate")} failed`);
  if (unproven > 0) parts.push(`${unproven} ${unproven === 1 ? "is" : "are"} not proven yet`);
  if (dead > 0) parts.push(`${counted(dead, "task")} ran out of tries`);
  return parts;
}

function joined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${last}.` : `${last}.`;
}
