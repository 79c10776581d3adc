import type { FoundThreshold } from "../criteria/find-thresholds.ts";
import { findThresholds } from "../criteria/find-thresholds.ts";
import { OPERATOR_PHRASES, OPERATOR_SUFFIXES } from "../criteria/words.ts";
import type { StatedGate } from "./stated-gate.ts";
import { windowOfEntry } from "./window-of-entry.ts";

/** Words that set or plan something as often as they demand: `max 3 tries`, `within 5 days`. */
const SETTING =
  /^(?:a )?(?:m[ií]n|m[aá]x)(?:im\p{L}+)?(?: \p{L}+)?$|^(?:within|up to|bis zu|hasta|até|jusqu'à|最大|最小|最低)$/u;
/** Scripts that set no blanks around a word. */
const UNSPACED = /[\u3040-\u9fff\uac00-\ud7af]/u;
const BEFORE_NUMBER = comparing(OPERATOR_PHRASES);
const BEHIND_NUMBER = comparing(OPERATOR_SUFFIXES);

function comparing(phrases: typeof OPERATOR_PHRASES): { readonly spaced: string[]; readonly unspaced: string[] } {
  const all = phrases.filter(([, op]) => op !== "=").map(([words]) => words.join(" "));
  const kept = all.filter((phrase) => !SETTING.test(phrase));
  return {
    spaced: kept.filter((phrase) => !UNSPACED.test(phrase)),
    unspaced: kept.filter((phrase) => UNSPACED.test(phrase)),
  };
}

/** Signs and words that compare. */
const COMPARES = new RegExp(
  [
    "\\d\\s?%\\+|[<>≤≥≦≧＜＞]",
    `(?<!\\p{L})(?:not exceed|${[...BEFORE_NUMBER.spaced, ...BEHIND_NUMBER.spaced].join("|")})(?!\\p{L})`,
    ...BEFORE_NUMBER.unspaced,
    ...BEHIND_NUMBER.unspaced,
  ].join("|"),
  "iu",
);
const SIGN = /^(?:[<>≤≥≦≧＜＞]|&[lg][te];)/;
/** Verbs whose object the comparison describes: `Support uploads > 100 MB`, `Purge rows over 30 days`. */
export const SELECTS: RegExp =
  /^[^\p{L}]*(?:support|handle|allow|accept|reject|refuse|limit|log|warn|alert|notify|flag|skip|ignore|purge|delete|remove|archive|compress|split|truncate|filter|find|list|identify|detect|block|throttle|expire|highlight|escalate|retain|retry|merge|group|export|import|migrate|copy|sync|review|refactor|rewrite|rename|document)\b/iu;
const CONDITION =
  /\b(?:if|when|whenever|whose|having|where|unless|larger|bigger|older|longer|greater|files|rows|users with|with more)\b/i;
/** Words that say how it has to be. */
const DEMANDS =
  /\b(?:must|should|shall|stays?|stay(?:ing)?|remains?|is|are|keeps?|kept|reach(?:es)?|ensure|verify|verifies|confirm|check|maintain|finish(?:es)?|complete[sd]?|achieve[sd]?|reduce[sd]?|cut|bring|get|lower|increase[sd]?|raise[sd]?|improve[sd]?|return[sd]?|loads?|responds?|starts?|renders?|runs?|takes?|muss|müssen|bleibt|debe|permanece|doit|reste)\b/iu;

/** What may stand right before the number, and behind it. */
const LAST_WORDS = new Set(BEFORE_NUMBER.spaced.map((phrase) => phrase.slice(phrase.lastIndexOf(" ") + 1)));
const BEHIND = new RegExp(`\\d\\S{0,6}(?: \\S{1,8})? (?:${BEHIND_NUMBER.spaced.join("|")})\\b`, "i");

/**
 * Whether a text may compare something with a number: a sign, a comparing word right before a digit, a zero that stands
 * alone, or letters beyond ASCII. One look at each character, because every task of a plan is asked.
 */
export function mayCompare(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 60 || code === 62 || code > 127) return true;
    if (code === 43 && text.charCodeAt(at - 1) === 37) return true;
    if (code < 48 || code > 57 || (at > 0 && text.charCodeAt(at - 1) !== 32)) continue;
    const next = text.charCodeAt(at + 1);
    if (code === 48 && (next === 32 || Number.isNaN(next))) return true;
    let from = at - 1;
    while (from > 0 && text.charCodeAt(from - 1) !== 32) from -= 1;
    if (at > 0 && LAST_WORDS.has(text.slice(from, at - 1).toLowerCase())) return true;
  }
  return /^zero\s|[:]\s?zero\b/i.test(text) || BEHIND.test(text);
}

/**
 * The demands in the text of a task, or of what describes it: only what compares a result with a number, and no
 * number that sets, counts or selects something.
 *
 * @param ticked a check box says when it is met; without one only a comparison that stands by itself counts
 */
export function demandsOfWork(text: string, ticked: boolean): StatedGate[] {
  if (text.length > 600 || !(COMPARES.test(text) ? /\d/.test(text) : NONE.test(text))) return [];
  const stated = findThresholds(text)
    .filter((found) => isDemand(text, found, ticked) || isNone(text, found))
    .map(({ metric, text: as, criterion }) => ({ metric, text: as, criterion }));
  const lasting = windowOfEntry(text, stated).filter(({ criterion }) => criterion !== null);
  const holds = lasting.some(({ criterion }) => criterion?.kind === "window" && criterion.holds.length > 0);
  return holds ? [...stated, ...lasting] : stated;
}

/** `0 lint warnings`, `npm audit: 0 findings`, `치명적 에러 0건`. */
const NONE = /^\s*(?:0|zero|no)\s|[:：]\s*(?:0|zero)\b|(?:^|\s)0(?:건|개|회|명|件|個|个)/iu;

function isNone(text: string, { form, criterion, start }: FoundThreshold): boolean {
  if (criterion.kind !== "absolute" || criterion.value !== 0 || criterion.op !== "=") return false;
  return form === "zero" ? NONE.test(text.slice(Math.max(0, start - 2))) : /[:：]\s*$/.test(text.slice(0, start));
}

/** `Verify …`, `Make sure …`: what follows has to hold. */
const VERIFIES = /^[^\p{L}]*(?:verify|ensure|confirm|assert|make sure)\b/iu;

function isDemand(text: string, { form, criterion, text: as, start, end }: FoundThreshold, ticked: boolean): boolean {
  if (form !== "operator" || criterion.op === "=" || !COMPARES.test(as)) return false;
  const before = text.slice(0, start);
  if (ticked && /\b(?:in|to)\s$/i.test(before) && criterion.unit !== null) return true;
  if (SELECTS.test(text) || CONDITION.test(before)) return false;
  const ends = /^[\s)\]）.*_`]*(?:\([^()]*\))?[\s.]*$/u.test(
    text.slice(end).replace(/^(?:개|건|회|명|個|件|回|名|个|次)/u, ""),
  );
  const keyed = /[:：]\s*[*_`]*$/u.test(before);
  if (!ticked) return criterion.unit !== null && (ends || keyed);
  // `95%+ branch coverage`: the task is done when there is so much of it.
  if (as.endsWith("%+") && !/\p{L}/u.test(before)) return true;
  if (SIGN.test(as)) return criterion.unit !== null || ends || keyed;
  if (criterion.unit !== null) return keyed || ends || DEMANDS.test(before);
  if (VERIFIES.test(text) && /^(?:at least|no more than|at most)\b/i.test(as)) return true;
  return keyed || (ends && /[(（]\s*$/u.test(before));
}
