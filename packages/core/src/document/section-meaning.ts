import type { Severity } from "../plan/inspection.ts";
import type { Meaning } from "./meaning.ts";
import type { Sense } from "./section-phrases.ts";
import { BASE, CRITERIA, GATES, HALT, LATER, NONE, ORDERED, PHRASES, TARGETS, TASKS } from "./section-phrases.ts";

const LOOKUP = new Map<string, Sense>();
/** Phrases that mean something only when they are the whole title. */
const EXACT = new Map<string, Sense>();
for (const [sense, phrases] of PHRASES) {
  for (const phrase of phrases.split("|")) {
    if (phrase.startsWith("=")) EXACT.set(phrase.slice(1), sense);
    else LOOKUP.set(phrase, sense);
  }
}
const LONGEST_PHRASE = 4;

/** Words whose presence means that the section reports, whatever else it names. */
const REPORTING = new Set(["achieved", "results", "result", "dashboard", "findings", "fixed", "encountered"]);

const SEVERITIES: readonly (readonly [RegExp, Severity])[] = [
  [/\b(?:critical|must|blocking|mandatory|required|blocker)\b/, "critical"],
  [/\b(?:important|should|major|recommended)\b/, "important"],
  [/\b(?:enhancement|nice|could|minor|optional|stretch|informational)\b/, "enhancement"],
];

/** `It is proven when all of the following are true`. */
const ALL_OF =
  /\b(?:when|if|once|until) (?:all|each|every one) of (?:the following|these)\b|\ball of (?:the following|these) (?:must|are|is|hold|have)\b/;
/** The reason for entries of a section that lists what is to be made. */
export const TO_BE_MADE = "what is to be made";
/** `Documents to create`, `Documentación a crear`, `Edge cases to test`. */
const TO_MAKE =
  /^[\p{L}\s/&-]{3,40}\s(?:to (?:be )?(?:(?:create|write|build|implement|add|migrate)(?:d|n|ten)?\b|(?<!^files? to (?:be )?)(?:test|fix|finish|deliver|resolve|address|handle|cover)(?:e?d)?$)|(?:por hacer|por crear|a crear|à créer|zu erstellen)\b)/u;
/** `Work`, `Core redesign work`, `What this slice must do`. */
const WORK_TITLE =
  /^(?:(?!(?:related|previous|prior|past|existing|completed|finished|done|how|why|out|further reading|ongoing)\b)(?:[\p{L}-]+\s){0,3}work|what (?:this|the|each|every) [\p{L}\s-]{2,30} (?:must|should|will|needs? to|has to|have to) (?:do|deliver|change|build))$/u;
/** `Deferred features`. */
const PUT_OFF = /^(?:deferred|postponed)(?:\s[\p{L}-]+){1,3}$/u;
/** `Metrics to achieve`, `Targets we have to meet`; `Goals reached` reports. */
const TO_REACH =
  /\b(?:metrics?|targets?|numbers|goals?|kpis?|thresholds?|slos?|budgets?)\s(?:(?:we|you|they|that|which|have|has|needs?)\s){0,3}(?:to|must|should|shall|will)\s(?:be\s)?(?:achieved?|hit|meet|met|reach(?:ed)?|satisfy|satisfied|attain(?:ed)?)\b/u;
/** `Gate 3`, `Gate B: Release`, `Critical gates`, `Gates before release`, `Stage-gate`: a gate by where the word stands. */
const GATE_TITLE =
  /^(?:quality |release |phase |stage |exit |entry )?gates?(?:$|\s?[:(–—-]|\s(?:#?\d{1,3}|[a-z]|[ivx]{1,4})(?:$|\s?[:.)(–—-])|\s(?:before|for|to|after|of)\b)|(?:^|[\s-])gates?$/u;
const GO_NO_GO = /\bgo\s?(?:\/|or|vs\.?|-)\s?no[ -]?go\b/;
/** Switches of features, gates of other kinds, and the work of building some. */
const FEATURE_GATE =
  /\b(?:feature|logic|api|flood|airport|boarding)[ -]gates?\b|^(?:implement|build|add|create|write|wire|remove|fix|set up|automate|extend|update)\b/;
/** The reason for entries of a section whose title only ends like a plan. */
export const PLAN_BY_TITLE = "a title that ends like a plan";
/** `Plan for the first month`, `Cut-over sequence`: numbered entries there are in order because they are to be done. */
const PLAN_TITLE =
  /(?:^|\s)(?:plan|steps|sequence|execution|rollout|roll-out|runbook|procedure|workplan|agenda)$|^(?:plan|steps|sequence) (?:for|to|of)\b/;
/** The reason for sections that tell of what was: nothing in them is planned. */
export const THE_PAST = "the past";
/** `Previous sprints`, `How we got here`, `A short history of …`. */
const PAST =
  /^(?:(?:the )?(?:previous|past|earlier|former|prior)\s|how (?:we|it) (?:got|came)|(?:a |the )?(?:short |brief )?history (?:of|so)\b|what (?:we (?:did|shipped|learned|tried)|went|did(?:n't| not) go)|lessons\b|post-?mortem\b|retrospective\b|retro\b|bisherige|frühere|vorherige|rückblick|sprints? anteriores|fases anteriores|historial|étapes précédentes|historique|이전|지난)/u;
/** `After acceptance`, `Before release`: names a time by something else, and lists nothing of that. */
const TIMED =
  /^(?:after|before|until|till|during|since|upon|once|following|nach|vor|bis|während|antes de|después de|tras|avant|après|pendant|prima di|dopo|durante|depois de|antes do|antes da)\s(?!(?:all|each) of\b)/u;
/** `Option A: …`, `Alternative 2`: one of several ways, of which perhaps none is taken. */
const CHOICE = /^(?:option|alternative|variant|choice|approach)\s(?:#?\d{1,2}|[a-z]|[ivx]{1,4})(?:$|\s?[:.)(–—-])/u;
const MONTHS_AHEAD = /\bnext (?:\d+|two|three|six|few|twelve) (?:weeks|months|quarters|sprints)\b/;
const NO_MEANING: Meaning = { ...BASE, severity: null, because: "", weak: false };

/**
 * What a heading or label announces.
 *
 * @param title plain text without marks and status
 */
export function meaningOf(title: string): Meaning {
  const clean = withoutAsides(title.toLowerCase().slice(0, 160))
    .replace(/[’`]/g, "'")
    .replace(/[:.!?]+\s*$/u, "")
    .replace(/^next \p{L}+ (?=steps$|actions$)/u, "next ");
  const words = clean.split(/[^\p{L}\p{N}'/-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const severity = SEVERITIES.find(([pattern]) => pattern.test(clean))?.[1] ?? null;
  if (PAST.test(clean)) return { ...NONE, severity: null, because: THE_PAST, weak: false };
  if (TIMED.test(clean)) return NO_MEANING;
  if (CHOICE.test(clean)) return { ...NONE, severity: null, because: "a choice", weak: false };
  if (REFUSING.test(clean)) return { ...NONE, severity: null, because: "a refusal", weak: false };
  if (MONTHS_AHEAD.test(clean) && words.length <= 6)
    return { ...TASKS, headingsAreSteps: true, severity, because: "the time ahead", weak: false };
  if (ALL_OF.test(clean)) return { ...CRITERIA, severity, because: "all of the following", weak: false };
  if (WORK_TITLE.test(clean) && words.length <= 6) return { ...TASKS, severity, because: "the work", weak: false };
  if (TO_REACH.test(clean)) return { ...CRITERIA, severity, because: "what is to be reached", weak: false };
  if (TO_MAKE.test(clean) && words.length <= 8) return { ...TASKS, severity, because: TO_BE_MADE, weak: false };
  if (PUT_OFF.test(clean)) return { ...LATER, severity, because: "deferred", weak: false };
  if (/\bgates?\b/.test(clean) && FEATURE_GATE.test(clean)) return NO_MEANING;
  if (GATE_TITLE.test(clean) || GO_NO_GO.test(clean)) return { ...GATES, severity, because: "gate", weak: false };
  const exact = EXACT.get(words.join(" "));
  if (exact !== undefined) return { ...exact, severity, because: words.join(" "), weak: false };
  const longest = longestPhrase(words);
  // `All acceptance criteria must pass` speaks of criteria.
  const passing = longest?.phrase === "must pass" && words.includes("criteria");
  const best = passing ? longestPhrase(words.slice(0, words.indexOf("must"))) : longest;
  if (best === null && PLAN_TITLE.test(clean) && words.length <= 6)
    return { ...ORDERED, severity, because: PLAN_BY_TITLE, weak: true };
  if (best === null) return severity === null ? NO_MEANING : { ...NO_MEANING, severity };
  const weak = best.phrase.split(" ").length * 2 < words.length && !isHead(best, words);
  const reports = words.find((word) => REPORTING.has(word));
  if (
    reports !== undefined &&
    best.sense.gates !== "states" &&
    best.sense !== TARGETS &&
    best.sense.entries !== "none"
  ) {
    const sense = reports === "dashboard" ? TARGETS : NONE;
    return { ...sense, severity, because: reports, weak };
  }
  if (best.sense.entries === "criterion" && ABOUT_ORDER.test(clean)) return NO_MEANING;
  if (best.sense.entries === "criterion" && SAMPLE.test(clean))
    return { ...NONE, severity, because: "a proposal", weak };
  return { ...withState(best.sense, words), severity, because: best.phrase, weak };
}

/** `Action items from round 2`: the phrase that a preposition narrows is what the title is about. */
function isHead({ sense, phrase, at }: Found, words: readonly string[]): boolean {
  const next = words[phrase.split(" ").length] ?? "";
  return sense.entries !== "none" && sense.entries !== "neutral" && at === 0 && NARROWING.has(next);
}

const NARROWING = new Set(
  "from for of in until before after till bis aus für von de du des para del pour da di do".split(" "),
);

/** `Implementation steps completed`, `Completed milestones`: a list of work that ends in a state or begins with one has it. */
function withState(sense: Sense, words: readonly string[]): Sense {
  const isWork = sense.entries === "task" || sense.entries === "ordered-task";
  if (!isWork || sense.claimed !== null || words.length < 2) return sense;
  const finished = [words[0], words.at(-1)].some((word) => /^(?:completed|done|finished)$/.test(word ?? ""));
  return finished ? { ...sense, claimed: "done" } : sense;
}

/** Whether a section says when to stop, so that no threshold below it is a demand. */
export function isHalt(meaning: Meaning): boolean {
  return HALTING.has(meaning.because);
}

const HALTING = new Set(PHRASES.filter(([sense]) => sense === HALT).flatMap(([, phrases]) => phrases.split("|")));

const REFUSING = /^(?:do not|don't|not |no |never|minimal |non-(?!functional)|what's not)/;
/** `Likely deliverable sequence` tells when what comes. */
const ABOUT_ORDER = /\s(?:sequence|order|timeline|schedule|roadmap|calendar|process|template|format)$/;
const SAMPLE = /^(?:proposed|example|sample)\b/;

/** Longer remarks in brackets say nothing of what the section is: `Features (beyond the milestones table)`. */
function withoutAsides(title: string): string {
  return title.replace(/\(([^()]*)\)/g, (whole, inside: string) => {
    return inside.trim().split(/\s+/).length > 2 || /\d/.test(inside) ? " " : whole;
  });
}

/** What a label announces: as {@link meaningOf}, and `Requirements:` lists what must be met. */
export function meaningOfLabel(key: string): Meaning {
  if (/^(?:minimum |must-have |hard )?requirements$/i.test(key.trim())) {
    return { ...CRITERIA, severity: null, because: "requirements", weak: false };
  }
  return meaningOf(key);
}

interface Found {
  readonly sense: Sense;
  readonly phrase: string;
  /** Index of its first word. */
  readonly at: number;
}

function longestPhrase(words: readonly string[]): Found | null {
  let best: Found | null = null;
  let width = 0;
  for (let at = 0; at < words.length && at < 16; at += 1) {
    for (let length = Math.min(LONGEST_PHRASE, words.length - at); length >= 1; length -= 1) {
      const phrase = words.slice(at, at + length).join(" ");
      const sense = LOOKUP.get(phrase) ?? cjkSense(phrase);
      if (sense !== undefined && length >= width) {
        best = { sense, phrase, at };
        width = length;
        break;
      }
    }
  }
  return best;
}

/** Japanese and Chinese headings have no blanks between words: the announcing word stands anywhere in them. */
function cjkSense(phrase: string): Sense | undefined {
  if (!/[\u3040-\u9fff]/.test(phrase)) return undefined;
  if (/描述|说明|説明|背景/.test(phrase)) return undefined;
  if (/成功基準|受け入れ|验收|成果物/.test(phrase)) return CRITERIA;
  if (/(?:更新|修改|变更|改动)内容|変更内容/.test(phrase)) return TASKS;
  if (/ロードマップ|タスク|任务|次のステップ|下一步|待办/.test(phrase)) return ORDERED;
  return undefined;
}

/**
 * Whether a document's title says that its boxes are criteria to be reviewed: a checklist of requirements, quality or
 * readiness, or the review of one feature (`UX Checklist: Search`). A checklist of work to be done is none.
 */
export function isQualityChecklist(title: string): boolean {
  const clean = title.toLowerCase();
  if (/\b(?:migration|implementation|tasks?|to-?do|setup|onboarding|deployment|upgrade|development)\b/.test(clean))
    return false;
  return (
    /\b(?:quality|requirements?|specification|review|readiness|acceptance|compliance) checklist\b/.test(clean) ||
    /\bchecklist:\s*\S/.test(clean) ||
    (/\bquality gates?$/.test(clean) && !FEATURE_GATE.test(clean))
  );
}

/** Whether a heading is only a name for its kind of section, and no piece of work of its own. */
export function isGeneric(title: string, meaning: Meaning): boolean {
  if (meaning.because === "" || meaning.weak) return GENERIC.has(title.toLowerCase().replace(/[:\s]+$/, ""));
  return true;
}

const GENERIC = new Set(
  (
    "testing|tests|implementation|documentation|documentation updates|checklist|setup|misc|other|general|cleanup|" +
    "phases|phase details|stages|ownership|work|items|list|details|description|verification|validation|deployment|monitoring|release|documentation created|" +
    "test cases|test case list|defects|tracker|board|open points|follow-up|issues|inventory|register|punch list|timeline|time plan|calendar|run sheet|runsheet|run of show|sequence|planning|zeitplan|ablauf|ablaufplan|planung|cronograma|calendrier"
  ).split("|"),
);
