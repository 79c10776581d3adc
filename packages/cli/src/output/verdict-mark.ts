import type { Claimed } from "@holdpoint/core";
import type { Standing } from "../report/gate-standing.ts";
import type { ReportItem } from "../report/report-model.ts";
import type { Style } from "./style.ts";

/** A mark and its word, coloured alike: `✗ fail`. The shape and the word each tell it without the colour. */
export function standingMark(standing: Standing, style: Style): string {
  return paintStanding(standing, `${style.glyphs[standing]} ${standing}`, style);
}

/** The mark and word of what gates say about an item. */
export function verifiedMark(verified: ReportItem["verified"], style: Style): string {
  const { glyphs, paint } = style;
  switch (verified) {
    case "verified":
      return paint.green(`${glyphs.pass} verified`);
    case "failed":
      return paint.red(`${glyphs.fail} failed`);
    case "inconclusive":
      return paint.yellow(`${glyphs.inconclusive} inconclusive`);
    case "open":
      return paint.dim(`${glyphs.waiting} open`);
  }
}

/** A claim in words: `in progress`. It gets no mark and no colour, because it proves nothing. */
export function claimedText(claimed: Claimed): string {
  return claimed.replace("_", " ");
}

/** Colours a text as a standing is coloured. */
export function paintStanding(standing: Standing, text: string, { paint }: Style): string {
  switch (standing) {
    case "pass":
      return paint.green(text);
    case "fail":
      return paint.red(text);
    case "waived":
      return paint.cyan(text);
    case "stale":
    case "inconclusive":
      return paint.yellow(text);
  }
}
