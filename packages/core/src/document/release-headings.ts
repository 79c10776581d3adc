import type { Heading } from "./heading.ts";
import type { SeriesStage } from "./series.ts";

/** `v3.2 — "Faster search" (target: May)`, `Version 2: Teams`, `Release 1.4+`. */
const RELEASE =
  /^(?:version\s|release\s|v)(\d{1,3}(?:\.\d{1,3}){0,2}(?:\.x)?\+?)(?=\s*(?:[:：]|[-–—]\s|\(|$))[\s:：–—-]*(.*)$/iu;
const PLANNED =
  /\b(?:target(?:ed)?|planned|planning|goal|upcoming|next|future|in progress|eta|q[1-4]|h[12] \d{4}|milestone|backlog|mvp)\b/i;
const PLANS = /\b(?:roadmap|plan|planning|milestones?|backlog)\b/i;
const RECORDS = /\b(?:changelog|change log|release notes|history|releases|what's new)\b/i;

/** Whether a section lists what comes and not what was. */
export function isRoadmap(title: string): boolean {
  return PLANS.test(title) && !RECORDS.test(title);
}

/** The release that a line names, as a stage. */
export function releaseOf(title: string): SeriesStage | null {
  const match = RELEASE.exec(title.slice(0, 200));
  return match === null ? null : { kind: "phase", ref: `release ${match[1] ?? ""}`, rest: match[2] ?? "", id: null };
}

/**
 * Releases as stages: in a roadmap the headings that name a version, elsewhere those of which most say when they come.
 * In a record of changes they are none.
 *
 * @returns the stage of each heading that is one, by its place in the list
 */
export function releasesOf(headings: readonly Heading[]): ReadonlyMap<number, SeriesStage> {
  const found = new Map<number, SeriesStage>();
  const title = headings.find(({ level }) => level === 1)?.title ?? "";
  if (RECORDS.test(title)) return found;
  let planned = 0;
  for (const [at, heading] of headings.entries()) {
    if (heading.level < 2 || heading.level > 4 || heading.stage !== null || heading.horizon !== null) continue;
    const match = RELEASE.exec(heading.title.slice(0, 200));
    if (match === null) continue;
    if (PLANNED.test(match[2] ?? "") || heading.status !== null) planned += 1;
    found.set(at, { kind: "phase", ref: `release ${match[1] ?? ""}`, rest: match[2] ?? "", id: null });
  }
  return PLANS.test(title) || planned * 2 > found.size ? found : new Map<number, SeriesStage>();
}
