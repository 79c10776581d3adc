import { isOpen, type Tier } from "@holdpoint/core";
import { timeText } from "../output/duration.ts";
import { manyLines, oneLine } from "../output/plain-text.ts";
import { countGates, gateName, hasTurned, notOpen, reasonText, standingOf } from "./gate-standing.ts";
import { dataTable, digestText, outside, pageSection, type Row, severityWord, standingBadge } from "./html-parts.ts";
import { type HtmlPart, html, type SafeHtml } from "./html-text.ts";
import type { ReportGate, VerificationReport } from "./report-model.ts";
import { sidecarLines, sidecarName } from "./sidecar-lines.ts";

/** How many gates stand how, by severity. */
export function gateCounts(report: VerificationReport): SafeHtml | null {
  if (report.gates.length === 0) return null;
  const { of, severities, standings } = countGates(report.gates);
  const heads = standings.map(
    (standing) => html`<th role="columnheader" scope="col" class="number">${standingBadge(standing)}</th>`,
  );
  const rows = severities.map((severity) => {
    const cells = standings.map((standing) => countCell(of[severity][standing]));
    return html`<tr role="row"><th role="rowheader" scope="row">${severityWord(severity)}</th>${cells}</tr>`;
  });
  return html`<div class="table-frame"><table role="table" class="counts"><caption class="unseen">Gates by severity and verdict</caption>
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Gates</th>${heads}</tr></thead>
<tbody role="rowgroup">${rows}</tbody></table></div>`;
}

function countCell(count: number): SafeHtml {
  return html`<td role="cell" class="${count === 0 ? "number nothing" : "number"}">${count}</td>`;
}

/** Critical gates that hold the plan, each with what was measured and what would move it. */
export function holdingSection(report: VerificationReport): SafeHtml | null {
  const holding = notOpen(report.gates).filter((gate) => gate.severity === "critical");
  if (holding.length === 0) return null;
  const cards = holding.map(
    (gate) => html`<li class="hold hold-${standingOf(gate)}">
<div class="hold-head">${standingBadge(standingOf(gate))} <b>${outside(gateName(gate))}</b> <span class="asked">${outside(gate.text)}</span> <span class="quiet">line ${gate.line} · ${reasonText(gate.reason)}</span></div>
<div>${outside(gate.explanation)}</div>${nextCommand(gate)}</li>
`,
  );
  return pageSection(
    "holds",
    "What holds",
    "Critical gates that are not pass and fresh. Work that depends on them waits.",
    html`<ol class="holds">${cards}</ol>`,
  );
}

/** Every gate: what was asked, the verdict, what it rests on. */
export function gatesSection(report: VerificationReport): SafeHtml {
  if (report.gates.length === 0) {
    const how = html`<p>A gate is a threshold at a place in the plan. Write one below the item it decides about, with the check that measures it:</p>
<pre>- [ ] Line coverage: &gt;=90%
**Automated Checks**: npm run coverage</pre>`;
    return pageSection("gates", "Gates", "The plan has no gate, so nothing in it can be verified.", how);
  }
  const rows = report.gates.map(gateRow);
  const filter = html`<fieldset class="filter"><legend>Show</legend>
<label><input type="radio" name="gates" id="gates-all" checked> all ${report.gates.length}</label>
<label><input type="radio" name="gates" id="gates-closed"> not open ${report.gates.filter((gate) => !isOpen(gate)).length}</label>
<label><input type="radio" name="gates" id="gates-critical"> critical ${report.gates.filter((gate) => gate.severity === "critical").length}</label></fieldset>`;
  const table = dataTable("All gates", ["Line", "Gate", "Verdict", "What was measured", "Evidence"], rows, "gates");
  return pageSection("gates", "Gates", "What the plan asks, and what was proven.", [filter, table]);
}

function gateRow(gate: ReportGate): Row {
  const standing = standingOf(gate);
  return {
    className: `${isOpen(gate) ? "is-open" : "is-closed"} is-${gate.severity}`,
    cells: [
      { content: gate.line, className: "number" },
      {
        content: html`<b>${outside(gateName(gate))}</b><br><span class="asked">${outside(gate.text)}</span><br>${severityWord(gate.severity)}`,
        isRowHeader: true,
      },
      html`${standingBadge(standing)}<br><span class="quiet">${reasonText(gate.reason)}${freshnessText(gate)}</span>`,
      [outside(gate.explanation), hintText(gate), turnsText(gate), isOpen(gate) ? null : nextCommand(gate)],
      evidenceText(gate),
    ],
  };
}

/** Without evidence there is nothing that could be fresh. */
function freshnessText(gate: ReportGate): string {
  return gate.evidence.length === 0 && gate.freshness === "fresh" ? "" : ` · ${gate.freshness}`;
}

function hintText(gate: ReportGate): HtmlPart {
  return gate.hint === null ? null : html`<div class="hint">Hint: ${outside(gate.hint)}</div>`;
}

function nextCommand(gate: ReportGate): HtmlPart {
  return gate.next === null ? null : html`<pre class="next">${oneLine(gate.next)}</pre>`;
}

function turnsText(gate: ReportGate): HtmlPart {
  if (!hasTurned(gate)) return null;
  const turns = gate.turns.map(
    (turn) =>
      html`<li>${standingBadge(turn.verdict)} <span class="quiet">${reasonText(turn.reason)} · ${timeText(turn.at)}</span></li>`,
  );
  return html`<details><summary>turned in this run</summary><ol class="turns">${turns}</ol></details>`;
}

function evidenceText(gate: ReportGate): HtmlPart {
  const tier =
    gate.tier === null ? null : html`<span class="tier" title="${TIER_MEANINGS[gate.tier]}">${gate.tier}</span> `;
  if (gate.evidence.length === 0) return html`<span class="quiet">none</span>`;
  const [first, ...rest] = gate.evidence;
  const more =
    rest.length === 0
      ? null
      : html`<details><summary>${rest.length} more</summary>${rest.map((digest) => html`${digestText(digest)}<br>`)}</details>`;
  return [tier, first === undefined ? null : digestText(first), more];
}

const TIER_MEANINGS: Readonly<Record<Tier, string>> = {
  E0: "a claim",
  E1: "an artifact that the worker uploaded",
  E2: "run by Holdpoint's own runner",
  E3: "run again by a different identity on a clean checkout",
  E4: "E3 and an outside identity or a human witness",
};

/** The sidecar lines that would bind every gate that nothing speaks for. */
export function bindingSection(report: VerificationReport): SafeHtml | null {
  const { gates, lines } = sidecarLines(notOpen(report.gates));
  if (gates === 0) return null;
  const lead = html`Nothing that was measured is bound to ${gates === 1 ? "one gate" : `${gates} gates`} yet. Add these lines to <code>${outside(sidecarName(report.plan.path))}</code>, naming the check that measures each.`;
  return pageSection("bindings", "Gates to bind", lead, html`<pre>${manyLines(lines.join("\n"))}</pre>`);
}
