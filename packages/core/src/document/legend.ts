import type { Claimed } from "../plan/inspection.ts";
import type { Line } from "./block.ts";
import type { Draft } from "./draft.ts";
import { stripMarks } from "./item-text.ts";
import { plainText } from "./plain-text.ts";
import { statusOfValue } from "./status.ts";

const NAME =
  /^(?:status )?(?:legend|key|symbols?|markers?|legende|zeichenerklärung|leyenda|légende|legenda|凡例|图例|범례)$/iu;
const INLINE =
  /^[^\p{L}]{0,8}(?:status )?(?:legend|key|symbols?|markers?|legende|zeichenerklärung|leyenda|légende|legenda|凡例|图例|범례)\s?[*_]{0,2}\s?[:：]/iu;
const ANY = /legend|symbol|marker|zeichenerkl|leyenda|légende|凡例|图例|범례|(?:^|\n)[^\n\p{L}]{0,8}key\b/iu;
/** A mark or the inside of a box, and the words up to the next one or the next separator. */
const PAIR =
  /(\p{Extended_Pictographic}\ufe0f?|\[(?<box>[^\]\s]| )\])\s*[`*]*\s*(?:[=:：–—-]\s*)?(?<words>[\p{L}][^·|,;/•\n\p{Extended_Pictographic}[]{1,40})/gu;
const MOST_LINES = 30;

/** What the document's own legend says of its marks (`🚧 blocked`, `[-] dropped`); empty without a legend. */
export function readLegend(text: string, lines: readonly Line[]): ReadonlyMap<string, Claimed> {
  const legend = new Map<string, Claimed>();
  if (!ANY.test(text)) return legend;
  let open = 0;
  for (const line of lines) {
    if (line.role === "heading") {
      open = NAME.test(stripMarks(plainText(text.slice(line.from, line.to))).replace(/[:：]$/u, "")) ? MOST_LINES : 0;
      continue;
    }
    if (line.role !== "text" && line.role !== "item" && line.role !== "row") continue;
    const raw = text.slice(line.from, Math.min(line.to, line.from + 600));
    if (open === 0 && !INLINE.test(raw)) continue;
    open = Math.max(0, open - 1);
    for (const { groups, 1: mark } of raw.matchAll(PAIR)) {
      const claimed = statusOfValue(groups?.["words"] ?? "");
      const name = groups?.["box"] ?? mark?.replace("\ufe0f", "");
      if (claimed !== null && name !== undefined && !legend.has(name)) legend.set(name, claimed.claimed);
    }
  }
  return legend;
}

/** Gives the items whose state stands as a mark the state that the legend gives to that mark. */
export function applyLegend(legend: ReadonlyMap<string, Claimed>, text: string, drafts: readonly Draft[]): void {
  if (legend.size < 2) return;
  for (const item of drafts) {
    if (item.token === null || item.token.form === "word") continue;
    const claimed = legend.get(text.slice(item.token.from, item.token.to).replace("\ufe0f", ""));
    if (claimed !== undefined) item.claimed = claimed;
  }
}
