import type { Claimed } from "../plan/inspection.ts";
import { STATES } from "./other-languages.ts";

/** What the character between the brackets of a check box says. */
export const BOX_STATES: ReadonlyMap<string, Claimed> = new Map<string, Claimed>([
  [" ", "pending"],
  ["", "pending"],
  ["x", "done"],
  ["X", "done"],
  ["✓", "done"],
  ["✔", "done"],
  ["✅", "done"],
  ["~", "in_progress"],
  ["/", "in_progress"],
  ["-", "cancelled"],
  [">", "deferred"],
  ["!", "blocked"],
  ["❌", "failed"],
]);

/** Marks that say a state by themselves, wherever they stand. */
export const SURE_MARKS: ReadonlyMap<string, Claimed> = new Map<string, Claimed>([
  ["✅", "done"],
  ["☑", "done"],
  ["✔", "done"],
  ["✓", "done"],
  ["❌", "failed"],
  ["✗", "failed"],
  ["✘", "failed"],
  ["❎", "failed"],
  ["🔄", "in_progress"],
  ["🚧", "in_progress"],
  ["⏳", "pending"],
  ["⌛", "pending"],
  ["⬜", "pending"],
  ["☐", "pending"],
  ["🔲", "pending"],
  ["⏸", "blocked"],
  ["🚫", "blocked"],
  ["⛔", "blocked"],
  ["⏭", "deferred"],
  ["💤", "deferred"],
]);

/** Marks that say a state only in a cell or value made for states: elsewhere they are priorities or decoration. */
export const CELL_MARKS: ReadonlyMap<string, Claimed> = new Map<string, Claimed>([
  ["🟢", "done"],
  ["🟡", "in_progress"],
  ["🔵", "in_progress"],
  ["🟠", "in_progress"],
  ["🔴", "pending"],
  ["⚪", "pending"],
  ["⚫", "pending"],
  ["📋", "pending"],
  ["📝", "pending"],
  ["🔜", "pending"],
  ["🟩", "done"],
  ["🟨", "in_progress"],
  ["🟥", "failed"],
  ["✖", "failed"],
]);

const PHRASES: readonly (readonly [string, Claimed])[] = [
  ["not started", "pending"],
  ["not yet started", "pending"],
  ["not yet", "pending"],
  ["not implemented", "pending"],
  ["not done", "pending"],
  ["not complete", "pending"],
  ["not completed", "pending"],
  ["not begun", "pending"],
  ["incomplete", "partial"],
  ["to do", "pending"],
  ["todo", "pending"],
  ["pending", "pending"],
  ["planned", "pending"],
  ["planning", "pending"],
  ["open", "pending"],
  ["opened", "pending"],
  ["draft", "pending"],
  ["proposed", "pending"],
  ["candidate", "pending"],
  ["queued", "pending"],
  ["scheduled", "pending"],
  ["ready to start", "pending"],
  ["new", "pending"],
  ["upcoming", "pending"],
  ["backlog", "pending"],
  ["ready", "pending"],
  ["ready for dev", "pending"],
  ["ready-for-dev", "pending"],
  ["ready for development", "pending"],
  ["ready for production", "done"],
  ["ready for release", "done"],
  ["production ready", "done"],
  ["production-ready", "done"],
  ["ready for review", "in_progress"],
  ["ready-for-review", "in_progress"],
  ["in progress", "in_progress"],
  ["in-progress", "in_progress"],
  ["in_progress", "in_progress"],
  ["inprogress", "in_progress"],
  ["underway", "in_progress"],
  ["under way", "in_progress"],
  ["ongoing", "in_progress"],
  ["active", "in_progress"],
  ["wip", "in_progress"],
  ["work in progress", "in_progress"],
  ["started", "in_progress"],
  ["interrupted", "in_progress"],
  ["in review", "in_progress"],
  ["under review", "in_progress"],
  ["in development", "in_progress"],
  ["in testing", "in_progress"],
  ["in test", "in_progress"],
  ["in qa", "in_progress"],
  ["in flight", "in_progress"],
  ["in the works", "in_progress"],
  ["on track", "in_progress"],
  ["at risk", "in_progress"],
  ["review", "in_progress"],
  ["doing", "in_progress"],
  ["partial", "partial"],
  ["partially", "partial"],
  ["partly", "partial"],
  ["mostly", "partial"],
  ["nearly", "partial"],
  ["done", "done"],
  ["complete", "done"],
  ["completed", "done"],
  ["shipped", "done"],
  ["passed", "done"],
  ["pass", "done"],
  ["passing", "done"],
  ["merged", "done"],
  ["finished", "done"],
  ["closed", "done"],
  ["resolved", "done"],
  ["fixed", "done"],
  ["implemented", "done"],
  ["delivered", "done"],
  ["deployed", "done"],
  ["released", "done"],
  ["accepted", "done"],
  ["approved", "done"],
  ["verified", "done"],
  ["met", "done"],
  ["all met", "done"],
  ["achieved", "done"],
  ["landed", "done"],
  ["live", "done"],
  ["signed off", "done"],
  ["signed-off", "done"],
  ["blocked", "blocked"],
  ["on hold", "blocked"],
  ["waiting", "blocked"],
  ["stalled", "blocked"],
  ["stuck", "blocked"],
  ["paused", "blocked"],
  ["failed", "failed"],
  ["fail", "failed"],
  ["failing", "failed"],
  ["broken", "failed"],
  ["missing", "failed"],
  ["cancelled", "cancelled"],
  ["canceled", "cancelled"],
  ["dropped", "cancelled"],
  ["rejected", "cancelled"],
  ["won't do", "cancelled"],
  ["won't fix", "cancelled"],
  ["won't be done", "cancelled"],
  ["won't be fixed", "cancelled"],
  ["will not do", "cancelled"],
  ["will not be fixed", "cancelled"],
  ["not doing", "cancelled"],
  ["not planned", "cancelled"],
  ["wont do", "cancelled"],
  ["wont fix", "cancelled"],
  ["wontfix", "cancelled"],
  ["descoped", "cancelled"],
  ["de-scoped", "cancelled"],
  ["withdrawn", "cancelled"],
  ["voted down", "cancelled"],
  ["killed", "cancelled"],
  ["abandoned", "cancelled"],
  ["obsolete", "cancelled"],
  ["superseded", "cancelled"],
  ["deferred", "deferred"],
  ["later", "deferred"],
  ["moved to", "deferred"],
  ["pushed to", "deferred"],
  ["parked", "deferred"],
  ["on ice", "deferred"],
  ["postponed", "deferred"],
  ["完了", "done"],
  ["已完成", "done"],
  ["進行中", "in_progress"],
  ["进行中", "in_progress"],
  ["未着手", "pending"],
  ["未开始", "pending"],
];

/** Words before a state that leave it what it is. */
export const ADVERBS: ReadonlySet<string> = new Set(
  "fully successfully still already now currently all is has been was overall just".split(" "),
);
/** Words before `done` that make it less. */
export const NEGATIONS: ReadonlySet<string> = new Set(["not", "never", "no", "isn't", "hasn't", "without"]);
export const PART_WORDS: ReadonlySet<string> = new Set(["partially", "partly", "mostly", "nearly", "almost"]);

/** First word of each phrase to the phrases that begin with it, longest first. */
const BY_FIRST_WORD = new Map<string, { words: string[]; claimed: Claimed }[]>();
for (const [phrase, claimed] of [...PHRASES, ...STATES]) {
  const words = phrase.split(" ");
  const list = BY_FIRST_WORD.get(words[0] ?? "") ?? [];
  list.push({ words, claimed });
  list.sort((a, b) => b.words.length - a.words.length);
  BY_FIRST_WORD.set(words[0] ?? "", list);
}

/** A word of a text, lower case, with its place. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const WORD = /[\p{L}\p{N}_]+(?:['’-][\p{L}\p{N}_]+)*/gu;

/** The first words of a text, with their places. */
export function wordsOf(text: string, most: number): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(WORD)) {
    words.push({ text: match[0].toLowerCase(), start: match.index, end: match.index + match[0].length });
    if (words.length >= most) break;
  }
  return words;
}

/** The state phrase that begins at a word, or null. */
export function phraseAt(words: readonly Word[], at: number): { claimed: Claimed; last: number } | null {
  const first = words[at];
  if (first === undefined) return null;
  for (const { words: phrase, claimed } of BY_FIRST_WORD.get(first.text) ?? []) {
    if (phrase.every((word, i) => words[at + i]?.text === word)) return { claimed, last: at + phrase.length - 1 };
  }
  return null;
}
