import { NUMBER_WORDS } from "../criteria/words.ts";
import type { Heading } from "./heading.ts";

const MEMBER =
  /^((?:\p{L}[\p{L}-]{1,24}\s){1,2})#?(\d{1,3}|[A-Z]|[IVX]{1,4}|one|two|three|four|five|six|seven|eight|nine|ten)(?=$|\s*[:：|(]|\s?[–—-]\s|[.)]\s)\s*[:：|.)–—-]?\s*(.*)$/iu;
/** What is counted and is no work: things to choose from, to know, to ask and to check. */
const NO_WORK =
  /(?:^|\s)(?:options?|alternatives?|approach|appendix|annex|figure|table|questions?|q|examples?|samples?|scenarios?|cases?|tests?|risks?|issues?|bugs?|findings?|decisions?|lessons?|rules?|principles?|requirements?|goals?|objectives?|chapters?|sections?|gates?|attempts?|experiments?|criteria|criterion|metrics?|patterns?|errors?|problems?|causes?|notes?|themes?|hypothesis|assumptions?|tiers?|levels?|layers?|versions?|reasons?|ideas?|choices?|hazards?|personas?|users?|reviewers?|types?|categories|category|groups?|model|schema|endpoint|screen|page)$/iu;
const NUMBERS = ["1", "0", "a", "i", "one"];

/** A heading's place in a row of headings that count with the same word. */
export interface SeriesStage {
  readonly kind: "phase" | "step";
  readonly ref: string;
  readonly rest: string;
}

interface Member {
  readonly at: number;
  readonly number: string;
  readonly rest: string;
}

/**
 * Stages by their form and not by their word: at least two headings of one level that count on with the same word
 * (`Track A: …`, `Track B: …`; `Lap 1`, `Lap 2`), of which at least one holds work that is tracked below it.
 *
 * @returns the stage of each heading that is one, by its place in the list
 */
export function seriesOf(headings: readonly Heading[]): ReadonlyMap<number, SeriesStage> {
  const rows = new Map<string, Member[]>();
  for (const [at, heading] of headings.entries()) {
    if (heading.stage !== null || heading.horizon !== null || heading.level < 2 || heading.level > 6) continue;
    const match = MEMBER.exec(heading.title.slice(0, 200));
    const word = (match?.[1] ?? "").trim().toLowerCase();
    if (match === null || NO_WORK.test(word) || heading.meaning.boxes === "criterion") continue;
    const key = `${heading.level} ${word}`;
    const row = rows.get(key) ?? [];
    row.push({ at, number: (match[2] ?? "").toLowerCase(), rest: match[3] ?? "" });
    rows.set(key, row);
  }
  const found = new Map<number, SeriesStage>();
  for (const [key, row] of rows) {
    const numbers = new Set(row.map(({ number }) => number));
    if (row.length < 2 || numbers.size < row.length || !NUMBERS.some((first) => numbers.has(first))) continue;
    if (!row.some(({ at }) => holdsWork(headings, at))) continue;
    const word = key.slice(2);
    for (const { at, number, rest } of row) {
      const value = String(NUMBER_WORDS.get(number) ?? number);
      found.set(at, { kind: insidePhase(headings, at) ? "step" : "phase", ref: `${word} ${value}`, rest });
    }
  }
  return found;
}

/** Whether the part of the document below a heading has boxes, rows of tasks, a status or labels for work. */
function holdsWork(headings: readonly Heading[], at: number): boolean {
  const level = headings[at]?.level ?? 0;
  for (let i = at; i < headings.length; i += 1) {
    const heading = headings[i];
    if (heading === undefined || (i > at && heading.level <= level)) return false;
    const { boxes, taskRows, status, workLabels } = heading.evidence;
    if (heading.meaning.boxes !== "criterion" && (boxes > 0 || taskRows > 0 || status || workLabels > 0)) return true;
  }
  return false;
}

function insidePhase(headings: readonly Heading[], at: number): boolean {
  let level = headings[at]?.level ?? 0;
  for (let i = at - 1; i >= 0 && level > 1; i -= 1) {
    const heading = headings[i];
    if (heading === undefined || heading.level >= level) continue;
    if (heading.stage?.kind === "phase") return true;
    level = heading.level;
  }
  return false;
}
