import { isOpen } from "@holdpoint/core";
import { counted } from "../output/counted.ts";
import type { VerificationReport } from "./report-model.ts";

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
  if (failed + dead > 0) return { tone: "fail", sentence: joined(failures(failed, dead, unproven)) };
  if (report.gates.length === 0) {
    return { tone: "inconclusive", sentence: "The plan has no gate, so nothing in it can be verified." };
  }
  if (unproven > 0) {
    const are = unproven === 1 ? "is" : "are";
    return { tone: "inconclusive", sentence: `${counted(unproven, "critical gate")} ${are} not proven yet.` };
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
  if (critical === 0)
    return { tone: "inconclusive", sentence: "No gate of this plan is critical, so nothing holds it." };
  const gates = critical === 1 ? "The one critical gate is" : `All ${critical} critical gates are`;
  return { tone: "pass", sentence: `${gates} pass and fresh.` };
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
