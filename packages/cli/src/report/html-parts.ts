import type { Claimed, Severity } from "@holdpoint/core";
import { type Standing } from "./gate-standing.ts";
import { type HtmlPart, html, type SafeHtml } from "./html-text.ts";
import type { ReportItem } from "./report-model.ts";

/** A table cell, or a header cell of its row. */
interface Cell {
  readonly content: HtmlPart;
  readonly isRowHeader?: true;
  readonly className?: string;
}

/** One row; `className` marks it for filters and looks. */
export interface Row {
  readonly cells: readonly (HtmlPart | Cell)[];
  readonly className?: string;
}

const CLIP_CHARACTERS = 280;

/**
 * Text from outside: its direction kept to itself, so that it cannot reorder what stands around it, and a very long one
 * clipped with the whole a click away.
 */
export function outside(text: string): SafeHtml {
  const head = clip(text, CLIP_CHARACTERS);
  if (head === text) return html`<bdi>${text}</bdi>`;
  return html`<bdi>${head}</bdi> <details class="whole"><summary>whole text</summary><bdi>${text}</bdi></details>`;
}

/** The first characters of a longer text with an ellipsis; a shorter one as it is. No character is cut in two. */
export function clip(text: string, characters: number): string {
  if (text.length <= characters) return text;
  let kept = "";
  let count = 0;
  for (const { segment } of graphemes.segment(text)) {
    count += 1;
    // One character may be made of thousands of marks; it is not worth more room than the rest.
    if (count > characters || kept.length + segment.length > characters * 8) return `${kept}…`;
    kept += segment;
  }
  return text;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A verdict with its shape and its word. */
export function standingBadge(standing: Standing): SafeHtml {
  return badge(standing, STANDING_WORDS[standing]);
}

/** What gates say about an item, with its shape and its word. */
export function verifiedBadge(verified: ReportItem["verified"]): SafeHtml {
  return badge(VERIFIED_SHAPES[verified], verified);
}

/** What the document says: a word without a colour, because it proves nothing. */
export function claimedWord(claimed: Claimed): SafeHtml {
  return html`<span class="claimed">${claimed.replace("_", " ")}</span>`;
}

/** A severity; only the critical one stands out. */
export function severityWord(severity: Severity): SafeHtml {
  return html`<span class="severity severity-${severity}">${severity}</span>`;
}

/** A digest, shortened, with the whole in its title and for copying. */
export function digestText(digest: string): SafeHtml {
  const bare = digest.replace(/^sha256:/, "");
  return html`<code class="digest" title="${digest}">${bare.slice(0, 12)}</code>`;
}

/** A badge of a kind: its shape is drawn for eyes, its word is for everybody. */
function badge(kind: Standing | "open", word: string): SafeHtml {
  return html`<span class="badge badge-${kind}"><svg class="shape" aria-hidden="true" focusable="false"><use href="#shape-${kind}"/></svg>${word}</span>`;
}

/**
 * A table whose rows become cards on narrow screens.
 *
 * Roles are written out, because browsers drop them from tables that are drawn as blocks.
 */
export function dataTable(caption: string, headers: readonly string[], rows: readonly Row[], className = ""): SafeHtml {
  const head = headers.map((header) => html`<th role="columnheader" scope="col">${header}</th>`);
  return html`<div class="table-frame"><table role="table" class="${className}"><caption class="unseen">${caption}</caption>
<thead role="rowgroup"><tr role="row">${head}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => tableRow(row, headers))}</tbody></table></div>`;
}

/** One section of the page, with its heading; `lead` says what it is about. */
export function pageSection(id: string, heading: string, lead: HtmlPart, body: HtmlPart): SafeHtml {
  return html`
<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${heading}</h2>
${lead === null ? null : html`<p class="lead">${lead}</p>`}
${body}</section>`;
}

const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  pass: "pass",
  waived: "pass (waived)",
  stale: "pass, but stale",
  fail: "fail",
  inconclusive: "inconclusive",
};

const VERIFIED_SHAPES: Readonly<Record<ReportItem["verified"], Standing | "open">> = {
  verified: "pass",
  failed: "fail",
  inconclusive: "inconclusive",
  open: "open",
};

function tableRow(row: Row, headers: readonly string[]): SafeHtml {
  const cells = row.cells.map((given, index) => {
    const cell = isCell(given) ? given : { content: given };
    const label = headers[index] ?? "";
    const className = cell.className ?? "";
    return cell.isRowHeader === true
      ? html`<th role="rowheader" scope="row" class="${className}" data-label="${label}">${cell.content}</th>`
      : html`<td role="cell" class="${className}" data-label="${label}">${cell.content}</td>`;
  });
  return html`<tr role="row" class="${row.className ?? ""}">${cells}</tr>
`;
}

function isCell(given: HtmlPart | Cell): given is Cell {
  return typeof given === "object" && given !== null && "content" in given;
}
