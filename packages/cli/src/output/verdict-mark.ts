import type { Claimed } from "@holdpoint/core";
import type { Standing } from "../report/gate-standing.ts";
import type { ReportItem } from "../report/report-model.ts";
import type { Glyphs, Paint, Style } from "./style.ts";

/** A mark and its word, coloured alike: `✗ fail`. The shape and the word each tell it without the colour. */
export function standingMark(standing: Standing, style: Style): string {
  return paintStanding(standing, `${style.glyphs[standing]} ${standing}`, style);
}

/** The mark and word of what gates say about an item. */
export function verifiedMark(verified: ReportItem["verified"], style: Style): string {
  const { glyph, color } = VERIFIED[verified];
  return style.paint[color](`${style.glyphs[glyph]} ${verified}`);
}

/** A claim in words: `in progress`. It gets no mark and no colour, because it proves nothing. */
export function claimedText(claimed: Claimed): string {
  return claimed.replace("_", " ");
}

/** Colours a text as a standing is coloured. */
export function paintStanding(standing: Standing, text: string, { paint }: Style): string {
  return paint[STANDING_COLORS[standing]](text);
}

const STANDING_COLORS: Readonly<Record<Standing, keyof Paint>> = {
  pass: "green",
  waived: "cyan",
  stale: "yellow",
  fail: "red",
  inconclusive: "yellow",
};

const VERIFIED: Readonly<
  Record<ReportItem["verified"], { readonly glyph: keyof Glyphs; readonly color: keyof Paint }>
> = {
  verified: { glyph: "pass", color: "green" },
  failed: { glyph: "fail", color: "red" },
  inconclusive: { glyph: "inconclusive", color: "yellow" },
  open: { glyph: "waiting", color: "dim" },
};
