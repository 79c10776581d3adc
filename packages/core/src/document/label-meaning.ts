import { comparable } from "./item-text.ts";
import type { Meaning } from "./meaning.ts";
import type { ReaderState } from "./reader-state.ts";
import { insideReport } from "./scope.ts";
import { meaningOf, meaningOfLabel } from "./section-meaning.ts";

/** What a label announces where it stands. In a section that explains, a label announces work only when it says nothing else. */
export function labelMeaning(state: ReaderState, key: string): Meaning {
  const meaning = meaningOfLabel(key);
  const work = meaning.entries !== "none" && meaning.entries !== "neutral" && meaning.entries !== "criterion";
  if (work && inHistory(state)) return meaningOf("notes");
  const whole = comparable(key).replace(/ (?:for|of|in) .*$/, "") === comparable(meaning.because);
  return work && !whole && meaning.claimed === null && insideReport(state.sections) ? meaningOf("notes") : meaning;
}

/** Whether the section keeps notes of what was done: nothing in it is work to do. */
function inHistory(state: ReaderState): boolean {
  return state.sections.some(({ meaning }) => !meaning.weak && HISTORY.has(meaning.because));
}

/** Sections that keep notes of what was done. */
const HISTORY = new Set([
  "implementation notes",
  "final summary",
  "summary",
  "notes",
  "history",
  "changelog",
  "recent changes",
]);
