import { counted } from "../output/counted.ts";
import { betweenMs, durationText, timeText } from "../output/duration.ts";
import { boundedShare, percentText } from "../output/share-text.ts";
import { leafCounts } from "./claim-gaps.ts";
import { type Conclusion, concludeReport } from "./conclusion.ts";
import { bindingSection, gateCounts, gatesSection, holdingSection } from "./html-gates.ts";
import { clip, dataTable, digestText, outside, pageSection, type Row } from "./html-parts.ts";
import { planSection } from "./html-plan.ts";
import { REPORT_CSS } from "./html-style.ts";
import { type HtmlPart, html, type SafeHtml, toText, trusted } from "./html-text.ts";
import { attemptsSection, checksSection, waitsSection } from "./html-work.ts";
import type { VerificationReport } from "./report-model.ts";

/**
 * The report as one self-contained page.
 *
 * Nothing is fetched and nothing is run: the page's own policy forbids both, so that even a mistake here could not make
 * the text of a plan into a script. Every text from outside is escaped by {@link html}. The time in it is the report's.
 */
export function renderHtml(report: VerificationReport): string {
  const sections = sectionsOf(report);
  return toText(html`${trusted("<!doctype html>")}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>Verified ${percentText(report.verified)} · ${clip(titleOf(report), 120)}</title>
<style>${trusted(REPORT_CSS)}</style>
</head>
<body>
${trusted(SHAPES)}
<a class="skip" href="#main">Skip to the report</a>
<div class="page">
${headerPart(report, sections)}
<main id="main">${sections.map((section) => section.body)}
</main>
<footer>Made by Holdpoint at ${timeText(report.endedAt)}. Claimed is what the document says; verified is what gates say.</footer>
</div>
</body>
</html>
`);
}

interface PageSection {
  readonly id: string;
  readonly name: string;
  readonly body: SafeHtml;
}

function sectionsOf(report: VerificationReport): PageSection[] {
  const all: readonly (readonly [string, string, SafeHtml | null])[] = [
    ["holds", "What holds", holdingSection(report)],
    ["waits", "Waits for", waitsSection(report.work)],
    ["gates", "Gates", gatesSection(report)],
    ["bindings", "Gates to bind", bindingSection(report)],
    ["plan", "Plan", planSection(report)],
    ["checks", "Checks", checksSection(report)],
    ["attempts", "Attempts", attemptsSection(report)],
    ["problems", "Problems", problemsSection(report)],
    ["provenance", "Subject and isolation", provenanceSection(report)],
  ];
  return all.flatMap(([id, name, body]) => (body === null ? [] : [{ id, name, body }]));
}

function headerPart(report: VerificationReport, sections: readonly PageSection[]): SafeHtml {
  const leaves = leafCounts(report);
  const of = counted(leaves.total, "item");
  const links = sections.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`);
  return html`<header>
<p class="eyebrow">holdpoint ${report.command} · <bdi>${clip(report.plan.path, 200)}</bdi> · ${timeText(report.endedAt)}</p>
<h1><bdi>${clip(titleOf(report), 200)}</bdi></h1>
<dl class="shares">
${sharePart("Claimed", "claimed", report.claimed, leaves.total === 0 ? "no items to count" : `${leaves.claimed} of ${of} called done by the document`)}
${sharePart("Verified", "verified", report.verified, leaves.total === 0 ? "no items to count" : `${leaves.verified} of ${of} proven by gates`)}
</dl>
${conclusionPart(concludeReport(report))}
${gateCountsPart(report)}
<nav aria-label="Sections"><ul>${links}</ul></nav>
</header>`;
}

function sharePart(name: string, kind: "claimed" | "verified", share: number, note: string): SafeHtml {
  const width = (boundedShare(share) * 100).toFixed(2);
  return html`<div class="share"><dt>${name}</dt><dd><span class="figure">${percentText(share).replace(" %", "")}<small> %</small></span><span class="meter meter-${kind}" aria-hidden="true"><span style="width:${width}%"></span></span><span class="quiet">${note}</span></dd></div>`;
}

function conclusionPart({ tone, sentence }: Conclusion): SafeHtml {
  return html`<p class="conclusion tone-${tone}"><svg class="shape" aria-hidden="true" focusable="false"><use href="#shape-${tone}"/></svg><span>${sentence}</span></p>`;
}

function gateCountsPart(report: VerificationReport): HtmlPart {
  const counts = gateCounts(report);
  return counts === null ? null : html`<div style="margin-top:1.2rem">${counts}</div>`;
}

function problemsSection({ problems }: VerificationReport): SafeHtml | null {
  if (problems.length === 0) return null;
  const rows = problems.map(
    (found): Row => ({
      cells: [
        { content: found.line, className: "number" },
        {
          content: html`<b class="${found.severity === "error" ? "bad" : ""}">${found.severity}</b> <span class="quiet">${found.kind.replaceAll("-", " ")} · ${found.code}</span>`,
          isRowHeader: true,
        },
        [outside(found.message), found.hint === "" ? null : html`<div class="hint">${outside(found.hint)}</div>`],
        { content: found.lines.join(", "), className: "number" },
      ],
    }),
  );
  const table = dataTable(
    "Problems of the document",
    ["Line", "Problem", "What", "Lines that disagree"],
    rows,
    "problems",
  );
  return pageSection("problems", "Problems", "What the document says twice, wrongly, or about nothing.", table);
}

function provenanceSection(report: VerificationReport): SafeHtml {
  const { subject, isolation } = report;
  const facts: readonly (readonly [string, HtmlPart])[] = [
    ["Plan", [outside(report.plan.path), " ", digestText(report.plan.digest)]],
    [
      "Commit",
      subject === null
        ? "not recorded"
        : subject.commit === null
          ? "no git"
          : html`<code>${outside(subject.commit)}</code>`,
    ],
    [
      "Tree",
      subject === null
        ? "not recorded"
        : [digestText(subject.tree), subject.dirty ? " with changes that are not committed" : " as committed"],
    ],
    [
      "Isolation",
      isolation.level === "full"
        ? "full: checks could not write the evidence, keys, sidecar or trust file"
        : [
            html`<b class="badge-inconclusive">none</b>: checks could have written the evidence store`,
            isolation.reason === null ? null : [" (", outside(isolation.reason), ")"],
          ],
    ],
    ["Time", `${timeText(report.startedAt)}, took ${durationText(betweenMs(report.startedAt, report.endedAt))}`],
    ["Exit code", report.exitCode],
  ];
  const list = facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`);
  return pageSection(
    "provenance",
    "Subject and isolation",
    "What was judged, and who could have touched the evidence.",
    html`<dl class="facts-list">${list}</dl>`,
  );
}

function titleOf(report: VerificationReport): string {
  return report.plan.title.trim() === "" ? report.plan.path : report.plan.title;
}

/** Each verdict has a shape of its own: a disc, a square, a diamond, a half disc, a ring, a dashed ring. */
const SHAPES = `<svg width="0" height="0" style="position:absolute" aria-hidden="true" focusable="false"><defs>
<symbol id="shape-pass" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" stroke="none"/><path d="M4.2 8.3l2.6 2.6 5-5.4" fill="none" style="stroke:var(--panel)" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="shape-fail" viewBox="0 0 16 16"><rect width="16" height="16" rx="2" stroke="none"/><path d="M4.7 4.7l6.6 6.6M11.3 4.7l-6.6 6.6" fill="none" style="stroke:var(--panel)" stroke-width="1.9" stroke-linecap="round"/></symbol>
<symbol id="shape-inconclusive" viewBox="0 0 16 16"><path d="M8 1l7 7-7 7-7-7z" fill="none" stroke-width="1.7" stroke-linejoin="round"/><path d="M8 4.8v3.6M8 10.7v.4" stroke-width="1.7" stroke-linecap="round"/></symbol>
<symbol id="shape-waived" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="none" stroke-width="1.7"/><path d="M8 1a7 7 0 0 1 0 14z" stroke="none"/></symbol>
<symbol id="shape-stale" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="none" stroke-width="1.7" stroke-dasharray="2.6 2.2"/><path d="M8 4.4V8l2.4 1.6" fill="none" stroke-width="1.5" stroke-linecap="round"/></symbol>
<symbol id="shape-open" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.6" fill="none" stroke-width="1.5"/></symbol>
</defs></svg>`;
