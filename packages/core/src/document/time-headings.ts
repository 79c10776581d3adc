import type { Heading } from "./heading.ts";
import type { SeriesStage } from "./series.ts";

/** `This week`, `Next 2 weeks`, `Coming month`: a time that is counted from today. */
const SPAN =
  /^(?:this|next|coming|within|the coming)\s(?:\d{1,2}(?:\s?[-–]\s?\d{1,2})?\s|two\s|three\s|four\s|six\s|few\s)?(?:hours?|days?|weeks?|months?|quarters?|sprints?|iterations?|years?)(?=\s*(?:$|[(:：–—-]))/iu;
/** `Now`, `Next (integration)`, `Long-term: …`. */
const WORD =
  /^(?:immediate(?:ly)?|today|tomorrow|now|next|soon|later|someday|future|(?:short|medium|mid|long|near)(?:er)?[- ]term)(?=\s*(?:$|[(:：–—]|-\s))/iu;
/** What such a row begins with; a heading `Later` alone only puts things off. */
const SOON = /^(?:this|next|coming|within|immediate|today|now|short|near)/iu;
/** What may close such a row. */
const BEYOND = /^(?:research|exploration|beyond|ideas|vision)(?=\s*(?:$|\(|[:：]))/iu;

/** `Day 5`, `Days 1-2: Copy`. */
const DAY = /^days?\s(\d{1,3}(?:\s?[-–]\s?\d{1,3})?)(?=\s*(?:$|[:：(]|[-–—]\s))[\s:：–—-]*/iu;

/** The day or days that a title begins with. */
export function dayOf(title: string): SeriesStage | null {
  const match = DAY.exec(title.slice(0, 120));
  if (match === null) return null;
  const number = (match[1] ?? "").replace(/\s/g, "").replace("–", "-");
  return { kind: "step", ref: `day ${number}`, rest: title.slice(match[0].length), id: null };
}

/** Days as stages: at least two headings of one level. In a week or a phase they are its steps. */
export function daysOf(headings: readonly Heading[]): ReadonlyMap<number, SeriesStage> {
  const found = new Map<number, SeriesStage>();
  const open: Heading[] = [];
  for (const [at, heading] of headings.entries()) {
    while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
    const day = heading.stage === null && heading.level > 1 && heading.level < 7 ? dayOf(heading.title) : null;
    const inPhase = open.some(({ stage }) => stage?.kind === "phase" && stage.named);
    if (day !== null) found.set(at, inPhase ? day : { ...day, kind: "phase" });
    open.push(heading);
  }
  return found.size > 1 ? found : new Map<number, SeriesStage>();
}

/**
 * Stages by the time ahead: at least two headings of one level and one section that are named for it (`Now (…)`,
 * `Next (…)`, `Later`; `This week`, `Next month`).
 *
 * @returns the stage of each heading that is one, by its place in the list
 */
export function timesOf(headings: readonly Heading[]): ReadonlyMap<number, SeriesStage> {
  const found = new Map<number, SeriesStage>();
  const open: { level: number; rows: Map<number, number[]> }[] = [{ level: 0, rows: new Map<number, number[]>() }];
  const close = (level: number): void => {
    while ((open.at(-1)?.level ?? 0) >= level && open.length > 1) take(headings, open.pop()?.rows, found);
  };
  for (const [at, { level, stage, title }] of headings.entries()) {
    close(level);
    const rows = open.at(-1)?.rows;
    if (rows !== undefined && level > 1 && level < 7 && stage === null && isTime(title)) {
      const row = rows.get(level);
      if (row === undefined) rows.set(level, [at]);
      else row.push(at);
    }
    open.push({ level, rows: new Map<number, number[]>() });
  }
  close(0);
  for (const { rows } of open) take(headings, rows, found);
  return found;
}

function isTime(title: string): boolean {
  const head = title.slice(0, 80);
  return SPAN.test(head) || WORD.test(head) || BEYOND.test(head);
}

function take(
  headings: readonly Heading[],
  rows: ReadonlyMap<number, readonly number[]> | undefined,
  found: Map<number, SeriesStage>,
): void {
  for (const row of rows?.values() ?? []) {
    const named = row.filter((at) => !BEYOND.test(headings[at]?.title ?? ""));
    if (named.length < 2 || !named.some((at) => SOON.test(headings[at]?.title ?? ""))) continue;
    for (const at of row) {
      const title = headings[at]?.title ?? "";
      if (headings[at]?.horizon != null) continue;
      found.set(at, { kind: "phase", ref: `time ${title.toLowerCase()}`, rest: title, id: null });
    }
  }
}
