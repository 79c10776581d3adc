import { NUMBER_WORDS } from "../criteria/words.ts";
import { PHASE_WORDS as OTHER_PHASE_WORDS, STEP_WORDS as OTHER_STEP_WORDS } from "./other-languages.ts";
import { CODES_WITHOUT_WORK } from "./work-codes.ts";

/** A stage or piece of work that a title names by its place in the plan: `Phase 2`, `Step 4`, `Week 13`. */
export interface Stage {
  readonly kind: "phase" | "step";
  /** Comparable name: `phase 2`, `step 4`, `week 13`. */
  readonly ref: string;
  /** What follows the number: the title proper; empty when there is none. */
  readonly rest: string;
  /** True when a separator stands between number and title, so that the title names the stage and not a part of it. */
  readonly named: boolean;
  /** The code that a title begins with (`US-1`), where it has one. */
  readonly id?: string | null;
  /** True where words for where the work stands come before it, so that it may be told elsewhere. */
  readonly pointed?: boolean;
}

const PHASE_WORDS = `phase|stage|milestone|sprint|iteration|wave|weeks?|months?|quarter|epic|フェーズ|阶段|${OTHER_PHASE_WORDS}`;
const STEP_WORDS = `step|task group|task|work item|slice|work package|story|user story|user stories|ticket|item|${OTHER_STEP_WORDS}`;
const NUMBERED = new RegExp(
  `^(?:(${PHASE_WORDS})|(${STEP_WORDS}))(?:\\s{0,3}(?=\\d)|\\s{1,3}#?\\s{0,2})(\\d{1,4}(?:\\.\\d{1,3})?[a-z]?(?:\\s?[-–&/]\\s?\\d{1,4})?\\+?|one|two|three|four|five|six|seven|eight|nine|ten|[a-z]|[ivx]{1,5}|[#x]{1,3})(?![\\p{L}\\p{N}])`,
  "iu",
);
/** `M0: Foundations`, `Q3 2026 — Search`, `H1 2026`. */
const SHORT = /^(?:(M)(\d{1,2}(?:\.\d{1,2})?)|(Q)([1-4])(?:\s+\d{4})?|(H)([12])\s+\d{4})(?=\s*(?:[:：]|[-–—]\s|\(|$))/;
/** `第一阶段：准备`, `第2フェーズ`, `2단계: 이전`. */
const ORDINAL =
  /^(?:第\s?([一二三四五六七八九十\d]{1,3})\s?(阶段|階段|段階|期|フェーズ|ステップ|步|周|週|迭代|轮|輪|批)|(\d{1,2})\s?(단계|차))(?=$|\s|[:：（(、.–—-])/u;
const POST = /^post[- ]phase\s+(\d{1,3})\b/i;
const NAMED_PHASE = /^((?:[\p{L}\p{N}/&-]{2,24}\s){1,2}phase)(?=\s*(?::|[-–—]\s|\(|$))/iu;
const HORIZON =
  /^(immediate|short[- ]term|medium[- ]term|mid[- ]term|long[- ]term|near[- ]term|now|next|this week|upcoming)\b[^(]{0,30}\(([^()]{0,40}\b(?:hours?|days?|weeks?|months?|quarters?|years?|week|sprints?)\b[^()]{0,20})\)/i;
const TRAILING_PHASE = /\((post-)?phase\s+(\d{1,3}|[a-z])\)\s*$/i;
const SEPARATOR = /^\s*(?:[\p{Extended_Pictographic}\ufe0f]+\s*)?(?:[:：|]|[-–—]{1,2}\s|\(|\[|→|[.)]\s)/u;

/**
 * The stage that a title names, or null.
 *
 * @param title plain text without leading marks
 */
export function stageOf(title: string): Stage | null {
  const text = title.slice(0, 300);
  const numbered = NUMBERED.exec(text);
  if (numbered !== null) {
    const word = (numbered[1] ?? numbered[2] ?? "").toLowerCase();
    const written = (numbered[3] ?? "").toLowerCase().replace(/\s/g, "");
    const number = String(NUMBER_WORDS.get(written) ?? written);
    const rest = text.slice(numbered[0].length);
    if (/^[a-z]$/.test(number) && !/^[A-Z]/.test(numbered[3] ?? "")) return null;
    const named = rest.trim() === "" || SEPARATOR.test(rest);
    return {
      kind: numbered[1] === undefined ? "step" : "phase",
      ref: `${word.replace(/s$/, "")} ${number}`,
      rest: rest.replace(/^[\s:：|.)–—\p{Extended_Pictographic}\ufe0f-]+/u, ""),
      named,
    };
  }
  const ordinal = ORDINAL.exec(text);
  if (ordinal !== null) {
    const word = ordinal[2] ?? ordinal[4] ?? "";
    const written = ordinal[1] ?? ordinal[3] ?? "";
    const at = "一二三四五六七八九十".indexOf(written);
    const rest = text.slice(ordinal[0].length).replace(/^[\s:：、.–—-]+/u, "");
    const kind = /^(?:步|ステップ)$/.test(word) ? "step" : "phase";
    return { kind, ref: `${word} ${at < 0 ? written : at + 1}`, rest, named: true };
  }
  const short = SHORT.exec(text);
  if (short !== null) {
    const rest = text.slice(short[0].length).replace(/^[\s:：–—-]+/u, "");
    return { kind: "phase", ref: short[0].toLowerCase().trim(), rest, named: true };
  }
  const post = POST.exec(text);
  if (post !== null) {
    const rest = text.slice(post[0].length).replace(/^[\s:：–—-]+/u, "");
    return { kind: "phase", ref: `post-phase ${post[1] ?? ""}`, rest, named: true };
  }
  const named = NAMED_PHASE.exec(text);
  if (
    named !== null &&
    !/^(?:current|next|this|each|per|every|the|by|in|of|for|all|any|no|after|before|during|to|from)\b/i.test(text) &&
    !/\s(?:by|per|each|of|for|in|the|this|next|every|and)\sphase$/i.test(named[1] ?? "")
  ) {
    const rest = text.slice(named[0].length).replace(/^[\s:：–—-]+/u, "");
    return { kind: "phase", ref: (named[1] ?? "").toLowerCase(), rest, named: true };
  }
  return null;
}

/**
 * A stage that has a name in a code span instead of a number: ``Phase `intake` ``, ``Step `seal`: …``.
 *
 * @param markdown the heading as written
 */
export function codeStageOf(markdown: string): Stage | null {
  const match = /^[^\p{L}\p{N}`]{0,8}(phase|stage|milestone|sprint|step)\s+`([^`]{1,80})`\s*(?=$|[:(–—-])(.*)$/iu.exec(
    markdown.slice(0, 300),
  );
  if (match === null) return null;
  const word = (match[1] ?? "").toLowerCase();
  const rest = (match[3] ?? "").replace(/^[\s:–—-]+/u, "");
  const kind = word === "step" ? "step" : "phase";
  return { kind, ref: `${word} ${(match[2] ?? "").toLowerCase()}`, rest, named: true };
}

/** A ticket that a title names by its code: `STORY-001: Sign in`. Codes of what is asked, feared or tested are none. */
export function codedStageOf(title: string): Stage | null {
  const match = /^([A-Z]{2,10}-\d{1,5})\s?(?:[:：]|[-–—]\s)\s*(\S.*)$/u.exec(title.slice(0, 300));
  const [, id = "", rest = ""] = match ?? [];
  if (match === null || NO_TICKET.has(id.slice(0, id.indexOf("-")))) return null;
  return { kind: "step", ref: id.toLowerCase(), rest, named: true, id };
}

/** Codes of what is asked, found or tested: below a heading such a code may count work, a single line tells of none. */
const NO_TICKET = new Set([
  ...CODES_WITHOUT_WORK,
  ..."FR NFR REQ BR UR TC TEST BUG RULE GOAL OBJ ISSUE SEC".split(" "),
]);

/** `Orchard — Phase 3b: Watering`: the document is about this phase of the project that is named before it. */
export function phaseOfTitle(title: string): Stage | null {
  const before = /^[^:：–—-]{2,60}(?:\s[-–—]|[:：])\s(?=phase\s)/iu.exec(title.slice(0, 200));
  const stage = before === null ? null : stageOf(title.slice(before[0].length));
  if (stage?.named !== true || !/[\p{L}]{3}/u.test(stage.rest) || ABOUT.test(stage.rest)) return null;
  return stage;
}

const ABOUT =
  /\b(?:reports?|summary|review|results?|retrospective|notes|design|architecture|research|guide|status|overview|spec|specification|requirements|checklist|analysis|audit)\b/i;

/** `[NEW] router.ts`, `[MODIFY] [app.ts](src/app.ts)`: what is done to a file; its tag is no state. */
export const CHANGES_FILE: RegExp =
  /^\[(?:NEW|MODIFY|MODIFIED|DELETE|ADD|UPDATE|REMOVE|CREATE|RENAME|MOVE|REPLACE)\]\s?\S/;

/** `Next up: Phase 3: Search`, `Current phase: Phase 2 – Build`: the stage behind a word for where the work stands. */
export function pointedStage(title: string): Stage | null {
  const pointer = POINTER.exec(title.slice(0, 80));
  if (pointer === null) return null;
  const stage = stageOf(title.slice(pointer[0].length));
  return stage?.named === true ? { ...stage, pointed: true } : null;
}

const POINTER =
  /^(?:(?:current|next|upcoming|previous|last|active)(?:\s(?:up|priority|focus|phase|stage|milestone|sprint|step))?|now|ongoing|up next|in progress|today)\s?(?:[:：]|[-–—]\s)[\s\p{Extended_Pictographic}\ufe0f*]*/iu;

/** A heading such as "Short-term (Next 4-6 weeks)": a stage by its time ahead. `ref` is the same for a retelling. */
export function horizonOf(title: string): Stage | null {
  const match = HORIZON.exec(title.slice(0, 200));
  if (match === null) return null;
  const name = (match[1] ?? "").toLowerCase().replace(/\s/g, "-");
  const time = (match[2] ?? "").toLowerCase().replace(/\s+/g, " ").trim();
  return { kind: "phase", ref: `${name} ${time}`, rest: title, named: true };
}

/** A heading of work to do that ends in `(Phase 2)`: it is about that phase. */
export function trailingPhaseOf(title: string): Stage | null {
  const match = TRAILING_PHASE.exec(title.slice(-40));
  if (match === null) return null;
  const ref = `${match[1] === undefined ? "" : "post-"}phase ${(match[2] ?? "").toLowerCase()}`;
  return { kind: "phase", ref, rest: title, named: true };
}

/** Every stage that a text mentions: `after Phase 2 and Step 4` gives `phase 2`, `step 4`. At most 20. */
export function mentionedStages(text: string): string[] {
  const found: string[] = [];
  for (const match of text
    .slice(0, 4000)
    .matchAll(
      /\b(phase|step|stage|milestone|sprint|task|week|fase|etapa|semana|schritt|paso)s?\s+(\d{1,4}(?:\.\d{1,3})?|[A-Z])(?![\p{L}\p{N}])/giu,
    )) {
    found.push(`${(match[1] ?? "").toLowerCase()} ${(match[2] ?? "").toLowerCase()}`);
    if (found.length >= 20) break;
  }
  return found;
}

const WINDOW =
  /\b(?:(?:weeks?|months?|days?|sprints?|quarters?)\s+\d{1,3}(?:\s?[-–~]\s?\d{1,3})?\+?|(?:next|this)\s+[\d\w-]{1,8}(?:\s?[-–]\s?\d{1,3})?\s*(?:weeks?|months?|days?)?|\d{1,3}(?:\s?[-–]\s?\d{1,3})?\s*(?:weeks|months|days)|Q[1-4](?:\s+\d{4})?)\b\+?/i;

/** A time window in a title or a value, as written: `Weeks 1-2`. */
export function windowOf(text: string): string | null {
  return WINDOW.exec(text.slice(0, 300))?.[0].trim() ?? null;
}
