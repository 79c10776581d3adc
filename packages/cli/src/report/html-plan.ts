import { claimGaps } from "./claim-gaps.ts";
import { claimedWord, dataTable, outside, pageSection, type Row, verifiedBadge } from "./html-parts.ts";
import { html, type SafeHtml } from "./html-text.ts";
import type { ReportItem, VerificationReport } from "./report-model.ts";

const DEEPEST = 6;

/** The plan as a tree: what the document claims beside what gates say. */
export function planSection(report: VerificationReport): SafeHtml {
  if (report.items.length === 0) {
    return pageSection("plan", "Plan", "The document holds no phase, step, task or criterion.", null);
  }
  const gaps = new Set(claimGaps(report).map((item) => item.key));
  const rows = inTreeOrder(report.items).map(({ item, depth }) => itemRow(item, depth, gaps.has(item.key)));
  const filter = html`<fieldset class="filter"><legend>Show</legend>
<label><input type="radio" name="items" id="items-all" checked> all ${rows.length}</label>
<label><input type="radio" name="items" id="items-gaps"> claimed done, not verified ${gaps.size}</label></fieldset>`;
  const lead = "A tick without a gate proves nothing: such an item stays open.";
  const table = dataTable("The plan, claimed beside verified", ["Line", "Item", "Claimed", "Verified"], rows, "plan");
  return pageSection("plan", "Plan", lead, [filter, table]);
}

/** Items with their depth, each after its parent; an item whose parents go in a circle stands at the root. */
export function inTreeOrder(items: readonly ReportItem[]): { readonly item: ReportItem; readonly depth: number }[] {
  const known = new Set(items.map((item) => item.key));
  const children = new Map<string | null, ReportItem[]>();
  for (const item of items) {
    const parent = item.parent !== null && known.has(item.parent) ? item.parent : null;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [item]);
    else siblings.push(item);
  }
  const ordered: { item: ReportItem; depth: number }[] = [];
  const seen = new Set<ReportItem>();
  const walk = (roots: readonly ReportItem[]): void => {
    // A stack of its own: a plan may be nested deeper than calls may be.
    const stack = roots.map((item) => ({ item, depth: 0 })).toReversed();
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (seen.has(next.item)) continue;
      seen.add(next.item);
      ordered.push(next);
      const below = children.get(next.item.key) ?? [];
      for (let index = below.length - 1; index >= 0; index -= 1) {
        const child = below[index];
        if (child !== undefined) stack.push({ item: child, depth: next.depth + 1 });
      }
    }
  };
  walk(children.get(null) ?? []);
  for (const item of items) if (!seen.has(item)) walk([item]);
  return ordered;
}

function itemRow(item: ReportItem, depth: number, isGap: boolean): Row {
  const id = item.id === null ? null : html`<code>${outside(item.id)}</code> `;
  const level = Math.min(depth, DEEPEST);
  return {
    className: `is-${item.kind}${isGap ? " is-gap" : ""}${item.counts ? "" : " is-uncounted"}`,
    cells: [
      { content: item.line, className: "number" },
      {
        content: html`<span class="level level-${level}">${id}${outside(item.title)}<span class="kind">${item.kind}</span></span>`,
        isRowHeader: true,
      },
      claimedWord(item.claimed),
      verifiedBadge(item.verified),
    ],
  };
}
