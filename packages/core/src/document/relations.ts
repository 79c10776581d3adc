import type { Draft } from "./draft.ts";
import { modeOf, referencesOf } from "./draft.ts";

/** Whether a text can say anything that {@link readRelations} reads: one test for the many that do not. */
const SAYS_ANY = /depend|block|parallel|sequential|optional|after|\[P\]|🐌|🐍|⛔|@|🔺|⏫|🔼|🔽|⏬|📅|⏳|requires/iu;
const DEPENDS = /\bdepend(?:s|ing|ent)?\s+(?:up)?on:?\s+([^()[\]_*]{1,300}?)(?=[()[\]_*]|\.\s|\.$|;|$|\s[-–—]\s)/iu;
const REQUIRES = /\(\s*(?:requires|after|needs):?\s+([^()]{1,200})\)/iu;
const BLOCKED = /\bblocked (?:by|on):?\s+([^()[\]_*]{1,200}?)(?=[()[\]_*]|\.\s|\.$|;|$)/iu;
const WITH = /\b(?:can |could |may )?(?:be )?run(?:s|ning)? in parallel\b(?:\s+with\s+([^_*()]{1,200}))?/iu;
const OBSIDIAN_BLOCKED = /⛔\ufe0f?\s*([\w-]{1,40}(?:\s?,\s?[\w-]{1,40}){0,30})/u;
const PRIORITY_MARKS: readonly (readonly [string, string])[] = [
  ["🔺", "highest"],
  ["⏫", "high"],
  ["🔼", "medium"],
  ["🔽", "low"],
  ["⏬", "lowest"],
];
const DUE = /[📅⏳🛫]\ufe0f?\s*(\d{4}-\d{2}-\d{2})/u;
const OWNER = /(?:^|\s)@([A-Za-z][\w-]{1,38})(?![\w.@/-])/g;
const REFERENCE = /^(?:[A-Za-z]{0,10}[-#]?\d[\w.-]*|[\w-]*\d[\w.-]*|(?:phase|step|task|stage|milestone)\s+\w{1,6})$/iu;

/** Reads dependencies, blockers, mode, priority, dates and owners from the text of an entry or of a line below it. */
export function readRelations(item: Draft, raw: string): void {
  if (!SAYS_ANY.test(raw)) return;
  const text = raw.length > 4000 ? raw.slice(0, 4000) : raw;
  const depends =
    (/depend/i.test(text) ? DEPENDS.exec(text)?.[1] : undefined) ??
    (text.includes("(") ? REQUIRES.exec(text)?.[1] : undefined);
  if (depends !== undefined) item.dependsOn.push(...referencesOf(depends).filter(isReference));
  const blocked = BLOCKED.exec(text)?.[1];
  if (blocked !== undefined) {
    item.blockers.push(blocked.trim());
    item.dependsOn.push(...referencesOf(blocked).filter(isReference));
  }
  const obsidian = OBSIDIAN_BLOCKED.exec(text)?.[1];
  if (obsidian !== undefined) item.dependsOn.push(...referencesOf(obsidian));
  if (/parallel/i.test(text) && WITH.test(text)) item.mode = "parallel";
  else
    item.mode ??= text.includes("[P]")
      ? "parallel"
      : /🐌|🐍|\((?:parallel|sequential)\)/iu.test(text)
        ? modeOf(text)
        : null;
  if (/\(optional\)|^optional:/i.test(text)) item.optional = true;
  for (const [mark, priority] of PRIORITY_MARKS) if (text.includes(mark)) item.priority ??= priority;
  item.window ??= DUE.exec(text)?.[1] ?? null;
  for (const match of text.matchAll(OWNER))
    if (match[1] !== undefined && item.owners.length < 20) item.owners.push(match[1]);
}

/** Whether a part of a dependency phrase names something: an id, a number or a stage; prose is left alone. */
export function isReference(part: string): boolean {
  return REFERENCE.test(part.replace(/^(?:tasks?|steps?|items?)\s+(?=[A-Z#]*\d)/i, ""));
}
