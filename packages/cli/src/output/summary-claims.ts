import { claimGaps } from "../report/claim-gaps.ts";
import type { ReportCheck, VerificationReport } from "../report/report-model.ts";
import { counted } from "./counted.ts";
import { durationText } from "./duration.ts";
import { oneLine, shellWord } from "./plain-text.ts";
import type { Style } from "./style.ts";
import { commandLine, moreLine, proseLines } from "./summary-section.ts";
import { type Column, tableLines } from "./table.ts";
import { verifiedMark } from "./verdict-mark.ts";

const GAPS_SHOWN = 20;
const COMMANDS_SHOWN = 10;

/** Items that the document calls done and no gate confirms. */
export function gapLines(report: VerificationReport, style: Style): string[] {
  const gaps = claimGaps(report);
  const columns: Column[] = [
    { header: "line", align: "right" },
    { header: "verified" },
    { header: "kind" },
    { header: "item", flexible: true },
  ];
  const rows = gaps
    .slice(0, GAPS_SHOWN)
    .map((item) => [
      String(item.line),
      verifiedMark(item.verified, style),
      item.kind,
      oneLine(item.id === null ? item.title : `${item.id} ${item.title}`),
    ]);
  const legend = gaps.some((item) => item.verified === "open")
    ? proseLines("open: no gate stands above it, and a tick alone proves nothing", 2, style).map(style.paint.dim)
    : [];
  return [
    ...tableLines(columns, rows, style, { indent: 2 }),
    ...moreLine(gaps.length - rows.length, " in the report", style),
    ...legend,
  ];
}

/** Commands that were not allowed to run, with how to allow them, and checks that could not run or were ended. */
export function notRunLines(report: VerificationReport, style: Style): string[] {
  return [...notAllowedLines(report, style), ...brokenCheckLines(report, style)];
}

function notAllowedLines(report: VerificationReport, style: Style): string[] {
  const { notAllowed, plan, command } = report;
  if (notAllowed.length === 0) return [];
  const rows = notAllowed.slice(0, COMMANDS_SHOWN).map((check) => [String(check.line), oneLine(check.command)]);
  const columns: Column[] = [
    { header: "line", align: "right" },
    { header: "command", flexible: true },
  ];
  const path = shellWord(plan.path);
  const commands = notAllowed.length === 1 ? "1 command has" : `${notAllowed.length} commands have`;
  return [
    `  ${commands} no consent to run:`,
    ...tableLines(columns, rows, style, { indent: 2 }),
    ...moreLine(notAllowed.length - rows.length, " in the report", style),
    ...proseLines("Read what they do, then allow them for good or for this once:", 2, style),
    commandLine(`holdpoint trust ${path}`, 4, style),
    commandLine(`holdpoint ${command} ${path} --trust`, 4, style),
  ];
}

function brokenCheckLines(report: VerificationReport, style: Style): string[] {
  const broken = report.checks.filter((check) => check.outcome !== "ok" && check.outcome !== "failed");
  const columns: Column[] = [
    { header: "line", align: "right" },
    { header: "check", flexible: true },
    { header: "why" },
  ];
  const rows = broken
    .slice(0, COMMANDS_SHOWN)
    .map((check) => [
      check.line === null ? "" : String(check.line),
      oneLine(check.command),
      style.paint.yellow(brokenText(check)),
    ]);
  return [
    ...tableLines(columns, rows, style, { indent: 2 }),
    ...moreLine(broken.length - rows.length, " in the report", style),
  ];
}

function brokenText(check: ReportCheck): string {
  if (check.outcome === "not_started") return "could not start";
  return `${check.outcome === "timed_out" ? "timed out" : "killed"} after ${durationText(check.durationMs)}`;
}

/** One line that counts what is wrong in the document itself. */
export function problemLines(report: VerificationReport, style: Style): string[] {
  const errors = report.problems.filter((found) => found.severity === "error").length;
  const warnings = report.problems.filter((found) => found.severity === "warning").length;
  if (errors + warnings === 0) return [];
  const parts = [errors > 0 ? counted(errors, "error") : "", warnings > 0 ? counted(warnings, "warning") : ""];
  const text = `The document has ${parts.filter((part) => part !== "").join(" and ")}.`;
  return [
    `${errors > 0 ? style.paint.red(text) : style.paint.yellow(text)} See: holdpoint inspect ${shellWord(report.plan.path)}`,
  ];
}
