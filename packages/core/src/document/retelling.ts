import type { Draft } from "./draft.ts";
import { nameOf } from "./draft.ts";
import { comparable } from "./item-text.ts";
import { mentionedStages } from "./stage.ts";

const MOST_COMPARED = 2000;
const SAME_SHARE = 0.6;

/**
 * Whether an entry of a list of next steps tells of work that the document already holds: it names a stage, carries the
 * bold head of an item, holds all words of a stage's title, or shares most of its words with a task.
 */
export function isRetelling(plain: string, head: string | null, drafts: readonly Draft[]): boolean {
  const known = drafts.length > MOST_COMPARED ? drafts.slice(0, MOST_COMPARED) : drafts;
  const stages = mentionedStages(plain);
  const own = head === null ? null : comparable(head);
  const words = wordsOf(plain);
  for (const item of known) {
    if (stages.some((ref) => item.aliases.includes(ref))) return true;
    const title = nameOf(item).replace(/^\d+ /, "");
    if (own !== null && own !== "" && (title === own || title.startsWith(`${own} `))) return true;
    if (item.kind === "criterion" || item.reason.startsWith("frontmatter.")) continue;
    const others = wordsOf(item.kind === "task" ? item.title : stageName(item.title));
    if (others.size < 2 || words.size < 2) continue;
    const shared = countShared(others, words);
    if (
      item.kind === "task"
        ? shared / Math.min(words.size, others.size) >= SAME_SHARE && shared >= 3
        : shared === others.size
    ) {
      return true;
    }
  }
  return false;
}

/** `Phase B: Skills Prototype (next 2-4 weeks)` is called `Skills Prototype`. */
function stageName(title: string): string {
  return title.replace(/^[^:]{1,30}:\s*/, "").replace(/\([^)]*\)/g, "");
}

const STOP = new Set("the a an of for to in on and or with by from into as at is be all new".split(" "));

function wordsOf(text: string): Set<string> {
  return new Set(
    comparable(text)
      .split(" ")
      .filter((word) => word.length > 1 && !STOP.has(word)),
  );
}

function countShared(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of a) if (b.has(word)) shared += 1;
  return shared;
}
