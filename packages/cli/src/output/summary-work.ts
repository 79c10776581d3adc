import type { ReportWork, VerificationReport } from "../report/report-model.ts";
import { WAIT_WORDS } from "../report/wait-words.ts";
import { counted } from "./counted.ts";
import { oneLine } from "./plain-text.ts";
import type { Style } from "./style.ts";
import { commandLine, moreLine, proseLines } from "./summary-section.ts";

const WAITS_SHOWN = 20;

/** How the tasks and attempts of a run ended, in a few lines. */
export function workLines(report: VerificationReport, style: Style): string[] {
  const { work } = report;
  if (work === null) return [];
  if (work.tasks.total === 0) return ["  No task was left to work on."];
  const lines = proseLines(tasksText(work, style), 2, style);
  if (work.attempts.length > 0) lines.push(...proseLines(attemptsText(work), 2, style));
  if (work.writtenBack.length > 0) {
    const marks = counted(work.writtenBack.length, "status mark");
    lines.push(...proseLines(`${marks} written back to ${oneLine(report.plan.path)}`, 2, style));
  }
  return lines;
}

function tasksText({ tasks }: ReportWork, style: Style): string {
  const { accepted, open, held, dead, total } = tasks;
  const parts = [
    `${accepted} of ${counted(total, "task")} accepted`,
    held > 0 ? style.paint.yellow(`${held} held`) : "",
    open > 0 ? `${open} open` : "",
    dead > 0 ? style.paint.red(`${dead} out of tries`) : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function attemptsText({ attempts }: ReportWork): string {
  const ended = new Map<string, number>();
  for (const attempt of attempts) ended.set(attempt.outcome, (ended.get(attempt.outcome) ?? 0) + 1);
  const parts = [...ended].map(([outcome, count]) => `${count} ${outcome.replace("_", " ")}`);
  return `${counted(attempts.length, "attempt")}: ${parts.join(", ")}`;
}

/** Each thing that cannot move without a person, an agent or time, with the command that moves it. */
export function waitLines(report: VerificationReport, style: Style): string[] {
  const waits = report.work?.waitsFor ?? [];
  const shown = waits.slice(0, WAITS_SHOWN);
  const lines = shown.flatMap((wait) => {
    const text = `${WAIT_WORDS[wait.kind]}: ${oneLine(wait.what)}`;
    const [first, ...rest] = proseLines(text, 4, style);
    const mark = style.paint.yellow(style.glyphs.held);
    const head = first === undefined ? [] : [`  ${mark} ${first.trimStart()}`, ...rest];
    return wait.next === null ? head : [...head, commandLine(oneLine(wait.next), 4, style)];
  });
  return [...lines, ...moreLine(waits.length - shown.length, " in the report", style)];
}
