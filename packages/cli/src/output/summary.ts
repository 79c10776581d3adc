import { leafCounts } from "../report/claim-gaps.ts";
import { type Conclusion, concludeReport } from "../report/conclusion.ts";
import type { VerificationReport } from "../report/report-model.ts";
import { counted } from "./counted.ts";
import { betweenMs, durationText } from "./duration.ts";
import { oneLine } from "./plain-text.ts";
import { percentText } from "./share-text.ts";
import { bar, type Style } from "./style.ts";
import { gapLines, notRunLines, problemLines } from "./summary-claims.ts";
import { bindLines, gateCountLines, gateLines, turnedLines, waivedLines } from "./summary-gates.ts";
import { proseLines, section } from "./summary-section.ts";
import { waitLines, workLines } from "./summary-work.ts";
import { truncate } from "./text-width.ts";
import { paintStanding } from "./verdict-mark.ts";

/**
 * The end of `verify` and `run` for people: claimed beside verified, what holds and why, what to do next.
 *
 * Fits the style's width but for commands and sidecar lines, which stand whole so that they can be copied.
 *
 * @returns lines that end in a line feed
 */
export function renderSummary(report: VerificationReport, style: Style): string {
  const sections = [
    headLines(report, style),
    gateCountLines(report, style),
    section("Not open", gateLines(report, style), style),
    section("Turned in this run", turnedLines(report, style), style),
    section("Waived, counted apart", waivedLines(report, style), style),
    section("Claimed done, not verified", gapLines(report, style), style),
    section("Did not run", notRunLines(report, style), style),
    section("Work", workLines(report, style), style),
    section("Waits for", waitLines(report, style), style),
    section("Gates to bind", bindLines(report, style), style),
    footLines(report, style),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function headLines(report: VerificationReport, style: Style): string[] {
  const { paint, glyphs } = style;
  const leaves = leafCounts(report);
  const cells = Math.min(50, style.columns - BAR_INDENT);
  const title = oneLine(report.plan.title);
  const tone = concludeReport(report);
  return [
    paint.bold(truncate(title === "" ? oneLine(report.plan.path) : title, style.columns, glyphs.ellipsis)),
    "",
    `${paint.bold(`Claimed ${percentText(report.claimed)}`)}  ${glyphs.dot}  ${paint.bold(`Verified ${percentText(report.verified)}`)}${leafText(leaves, style)}`,
    `  claimed   ${bar(report.claimed, cells, style)}`,
    `  verified  ${paint.green(bar(report.verified, cells, style))}`,
    "",
    ...conclusionLines(tone, style),
  ];
}

const BAR_INDENT = 14;

function leafText(leaves: ReturnType<typeof leafCounts>, style: Style): string {
  if (leaves.total === 0) return style.paint.dim("   no items to count");
  return style.paint.dim(`   ${leaves.verified} of ${counted(leaves.total, "item")} verified`);
}

function conclusionLines({ tone, sentence }: Conclusion, style: Style): string[] {
  return proseLines(`${style.glyphs[tone]} ${sentence}`, 0, style).map((line) => paintStanding(tone, line, style));
}

function footLines(report: VerificationReport, style: Style): string[] {
  const { paint } = style;
  const lines = [...problemLines(report, style)];
  if (report.isolation.level === "none") {
    const reason = report.isolation.reason === null ? "" : ` (${oneLine(report.isolation.reason)})`;
    lines.push(...proseLines(`Isolation: none${reason}. See: holdpoint doctor`, 0, style).map(paint.yellow));
  }
  lines.push(subjectLine(report, style));
  lines.push(paint.dim(`Took ${durationText(betweenMs(report.startedAt, report.endedAt))}`));
  if (report.reportPath !== undefined) lines.push(`Report  ${paint.bold(oneLine(report.reportPath))}`);
  return lines;
}

function subjectLine(report: VerificationReport, { paint, glyphs }: Style): string {
  if (report.subject === null) return paint.dim("No subject recorded");
  const { commit, tree, dirty } = report.subject;
  const what = commit === null ? "no git" : `commit ${oneLine(commit).slice(0, 12)}`;
  const state = commit === null ? "" : dirty ? " with uncommitted changes" : "";
  const digest = oneLine(tree)
    .replace(/^sha256:/, "")
    .slice(0, 12);
  return paint.dim(`Judged ${what}${state} ${glyphs.dot} tree ${digest}`);
}
