import { counted } from "../output/counted.ts";
import { betweenMs, durationText, timeText } from "../output/duration.ts";
import { manyLines, oneLine, shellWord } from "../output/plain-text.ts";
import { dataTable, digestText, outside, pageSection, type Row } from "./html-parts.ts";
import { type HtmlPart, html, type SafeHtml } from "./html-text.ts";
import type { ReportAttempt, ReportCheck, ReportWork, VerificationReport } from "./report-model.ts";
import { WAIT_WORDS } from "./wait-words.ts";

/** More attempts than this would make the page heavy; the rest is counted. */
const ATTEMPTS_SHOWN = 2000;

/** What a run waits for, with the command that moves each. */
export function waitsSection(work: ReportWork | null): SafeHtml | null {
  if (work === null || work.waitsFor.length === 0) return null;
  const rows = work.waitsFor.map(
    (wait): Row => ({
      cells: [
        { content: WAIT_WORDS[wait.kind], isRowHeader: true },
        [outside(wait.what), wait.next === null ? null : html`<pre class="next">${oneLine(wait.next)}</pre>`],
      ],
    }),
  );
  const table = dataTable("What cannot move by itself", ["Waits for", "What"], rows, "waits");
  return pageSection("waits", "Waits for", "Nothing below moves without a person, an agent or time.", table);
}

/** Checks that ran, with the ends of their output, and commands that were not allowed to. */
export function checksSection(report: VerificationReport): SafeHtml {
  const ran = report.checks.map(checkCard);
  const lead = report.checks.length === 0 ? "No check ran." : "The commands that made the evidence.";
  return pageSection("checks", "Checks", lead, [
    notAllowedText(report),
    ran.length === 0 ? null : html`<ul class="checks">${ran}</ul>`,
  ]);
}

function notAllowedText({ notAllowed, plan, command }: VerificationReport): HtmlPart {
  if (notAllowed.length === 0) return null;
  const path = shellWord(plan.path);
  return html`<div class="notice"><p><b>${counted(notAllowed.length, "command")} had no consent to run.</b> Read what they do, then allow them for good, or for once:</p>
<pre>holdpoint trust ${path}
holdpoint ${command} ${path} --trust</pre>
<ul>${notAllowed.map((check) => html`<li>line ${check.line}: <code>${outside(check.command)}</code></li>`)}</ul></div>`;
}

function checkCard(check: ReportCheck): SafeHtml {
  const facts: HtmlPart[] = [
    outcomeWord(check),
    ` after ${durationText(check.durationMs)}`,
    check.line === null ? null : html` · line ${check.line}`,
    check.evidence === null ? " · no evidence" : [" · evidence ", digestText(check.evidence)],
  ];
  const list = (items: readonly string[], label: string): HtmlPart =>
    items.length === 0
      ? null
      : html`<div><span class="quiet">${label}</span> ${items.map((item, index) => [index === 0 ? null : ", ", html`<code>${outside(item)}</code>`])}</div>`;
  const tail = manyLines(check.tail).trimEnd();
  const output =
    tail === ""
      ? html`<p class="quiet">It printed nothing.</p>`
      : html`<details><summary>end of its output</summary><pre dir="auto">${tail}</pre></details>`;
  return html`<li class="check check-${check.outcome}"><h3><code>${outside(check.command)}</code></h3>
<p class="facts">${facts}</p>${list(check.metrics, "yielded")}${list(
    check.anomalies.map((name) => name.replaceAll("_", " ")),
    "odd:",
  )}${output}</li>
`;
}

function outcomeWord(check: ReportCheck): SafeHtml {
  if (check.outcome === "ok") return html`<b>exit ${check.exitCode ?? 0}</b>`;
  const word = check.outcome === "failed" ? `exit ${check.exitCode ?? "unknown"}` : BROKEN[check.outcome];
  return html`<b class="bad">✗ ${word}</b>`;
}

const BROKEN = { timed_out: "timed out", killed: "killed", not_started: "could not start" } as const;

/** Each attempt on the time of the run. */
export function attemptsSection(report: VerificationReport): SafeHtml | null {
  const { work } = report;
  if (work === null) return null;
  const { tasks, attempts } = work;
  const lead = `${tasks.accepted} of ${counted(tasks.total, "task")} accepted, ${tasks.held} held, ${tasks.open} open, ${tasks.dead} out of tries.`;
  if (attempts.length === 0) return pageSection("attempts", "Attempts", lead, null);
  const span = spanOf(attempts);
  const rows = attempts.slice(0, ATTEMPTS_SHOWN).map((attempt) => attemptRow(attempt, span));
  const left = attempts.length - rows.length;
  const more = left > 0 ? html`<p class="quiet">and ${left} more attempts, not shown here</p>` : null;
  const table = dataTable("Attempts over time", ["Task", "Agent", "Outcome", "Took", "When"], rows, "attempts");
  const scale = html`<p class="scale quiet">The bars run from ${timeText(new Date(span.fromMs).toISOString())} over ${durationText(span.lengthMs)}.</p>`;
  return pageSection("attempts", "Attempts", lead, [span.lengthMs > 0 ? scale : null, table, more, writtenText(work)]);
}

interface Span {
  readonly fromMs: number;
  readonly lengthMs: number;
}

function spanOf(attempts: readonly ReportAttempt[]): Span {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  for (const attempt of attempts) {
    const started = Date.parse(attempt.startedAt);
    const ended = Date.parse(attempt.endedAt);
    if (started < fromMs) fromMs = started;
    if (ended > toMs) toMs = ended;
  }
  return toMs > fromMs ? { fromMs, lengthMs: toMs - fromMs } : { fromMs: 0, lengthMs: 0 };
}

function attemptRow(attempt: ReportAttempt, span: Span): Row {
  const again = attempt.attempt > 1 ? html` <span class="quiet">attempt ${attempt.attempt}</span>` : null;
  const summary =
    attempt.summary.trim() === "" ? null : html`<br><span class="quiet">${outside(attempt.summary)}</span>`;
  const tookMs = betweenMs(attempt.startedAt, attempt.endedAt);
  return {
    cells: [
      { content: [outside(attempt.title === "" ? attempt.task : attempt.title), again, summary], isRowHeader: true },
      outside(attempt.agent),
      html`<span class="outcome outcome-${attempt.outcome}">${OUTCOME_SHAPES[attempt.outcome]} ${attempt.outcome.replace("_", " ")}</span>`,
      { content: durationText(tookMs), className: "number" },
      { content: timeBar(attempt, tookMs, span), className: "lane" },
    ],
  };
}

const OUTCOME_SHAPES: Readonly<Record<ReportAttempt["outcome"], string>> = {
  accepted: "✓",
  refused: "✗",
  failed: "✗",
  handed_back: "○",
  released: "○",
  expired: "✗",
  held: "◆",
};

function timeBar(attempt: ReportAttempt, tookMs: number, span: Span): HtmlPart {
  const startMs = Date.parse(attempt.startedAt) - span.fromMs;
  if (!(span.lengthMs > 0) || !Number.isFinite(startMs) || !Number.isFinite(tookMs)) return null;
  const left = Math.min(100, (startMs / span.lengthMs) * 100);
  const width = Math.min(100 - left, (Math.max(0, tookMs) / span.lengthMs) * 100);
  return html`<span class="track" aria-hidden="true"><span class="span span-${attempt.outcome}" style="left:${left.toFixed(2)}%;width:${width.toFixed(2)}%"></span></span>`;
}

function writtenText(work: ReportWork): HtmlPart {
  if (work.writtenBack.length === 0) return null;
  const items = work.writtenBack.map(
    (token) => html`<li>line ${token.line}: ${outside(token.title)} → ${token.claimed.replace("_", " ")}</li>`,
  );
  return html`<details><summary>${counted(work.writtenBack.length, "status mark")} written back into the document</summary><ul>${items}</ul></details>`;
}
