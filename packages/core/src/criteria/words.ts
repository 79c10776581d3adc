import type { ComparisonOperator } from "./criterion.ts";

/** Operators as signs, in every spelling that plans use. */
export const OPERATOR_SIGNS: ReadonlyMap<string, ComparisonOperator> = new Map<string, ComparisonOperator>([
  ["<=", "<="],
  ["=<", "<="],
  ["≤", "<="],
  ["≦", "<="],
  ["⩽", "<="],
  ["&le;", "<="],
  ["&lt;=", "<="],
  [">=", ">="],
  ["=>", ">="],
  ["≥", ">="],
  ["≧", ">="],
  ["⩾", ">="],
  ["&ge;", ">="],
  ["&gt;=", ">="],
  ["==", "="],
  ["=", "="],
  ["＝", "="],
  ["!=", "!="],
  ["≠", "!="],
  ["<", "<"],
  ["＜", "<"],
  ["&lt;", "<"],
  [">", ">"],
  ["＞", ">"],
  ["&gt;", ">"],
]);

/** Operators as words before the number, longest first; a phrase is matched word by word, backwards. */
export const OPERATOR_PHRASES: readonly (readonly [readonly string[], ComparisonOperator])[] = (
  [
    ["greater than or equal to", ">="],
    ["meets or exceeds", ">="],
    ["meet or exceed", ">="],
    ["meeting or exceeding", ">="],
    ["equals or exceeds", ">="],
    ["equal or exceed", ">="],
    ["reaches or exceeds", ">="],
    ["reach or exceed", ">="],
    ["less than or equal to", "<="],
    ["no less than", ">="],
    ["not less than", ">="],
    ["no fewer than", ">="],
    ["no more than", "<="],
    ["not more than", "<="],
    ["a minimum of", ">="],
    ["a maximum of", "<="],
    ["minimum of", ">="],
    ["maximum of", "<="],
    ["greater than", ">"],
    ["higher than", ">"],
    ["more than", ">"],
    ["less than", "<"],
    ["fewer than", "<"],
    ["lower than", "<"],
    ["shorter than", "<"],
    ["longer than", ">"],
    ["faster than", "<"],
    ["smaller than", "<"],
    ["larger than", ">"],
    ["at least", ">="],
    ["at most", "<="],
    ["up to", "<="],
    ["equal to", "="],
    ["minimum", ">="],
    ["maximum", "<="],
    ["exceeding", ">"],
    ["exceeds", ">"],
    ["exceed", ">"],
    ["exactly", "="],
    ["equals", "="],
    ["within", "<="],
    ["above", ">"],
    ["below", "<"],
    ["under", "<"],
    ["over", ">"],
    ["min", ">="],
    ["max", "<="],
    ["mayor o igual que", ">="],
    ["menor o igual que", "<="],
    ["por debajo de", "<"],
    ["por encima de", ">"],
    ["al menos", ">="],
    ["como mínimo", ">="],
    ["como máximo", "<="],
    ["menos de", "<"],
    ["más de", ">"],
    ["menor que", "<"],
    ["mayor que", ">"],
    ["inferior a", "<"],
    ["superior a", ">"],
    ["pelo menos", ">="],
    ["no máximo", "<="],
    ["mais de", ">"],
    ["au moins", ">="],
    ["au plus", "<="],
    ["moins de", "<"],
    ["plus de", ">"],
    ["inférieur à", "<"],
    ["supérieur à", ">"],
    ["weniger als", "<"],
    ["mehr als", ">"],
    ["kleiner als", "<"],
    ["größer als", ">"],
    ["mindestens", ">="],
    ["höchstens", "<="],
    ["maximal", "<="],
    ["minimal", ">="],
    ["unter", "<"],
    ["über", ">"],
    ["mínimo", ">="],
    ["máximo", "<="],
    ["mínima del", ">="],
    ["mínimo del", ">="],
    ["mínima de", ">="],
    ["mínimo de", ">="],
    ["máxima del", "<="],
    ["máximo del", "<="],
    ["máxima de", "<="],
    ["máximo de", "<="],
    ["no superior a", "<="],
    ["no inferior a", ">="],
    ["no más de", "<="],
    ["não superior a", "<="],
    ["no mínimo", ">="],
    ["menos que", "<"],
    ["abaixo de", "<"],
    ["acima de", ">"],
    ["até", "<="],
    ["hasta", "<="],
    ["jusqu'à", "<="],
    ["au minimum", ">="],
    ["au maximum", "<="],
    ["minimum de", ">="],
    ["maximum de", "<="],
    ["en dessous de", "<"],
    ["sous", "<"],
    ["nicht mehr als", "<="],
    ["nicht weniger als", ">="],
    ["niedriger als", "<"],
    ["höher als", ">"],
    ["unterhalb von", "<"],
    ["oberhalb von", ">"],
    ["bis zu", "<="],
    ["almeno", ">="],
    ["al massimo", "<="],
    ["meno di", "<"],
    ["più di", ">"],
    ["inferiore a", "<"],
    ["superiore a", ">"],
    ["minder dan", "<"],
    ["meer dan", ">"],
    ["ten minste", ">="],
    ["minstens", ">="],
    ["hoogstens", "<="],
    ["maximaal", "<="],
    ["minimaal", ">="],
    ["не более", "<="],
    ["не менее", ">="],
    ["менее", "<"],
    ["более", ">"],
    ["最大", "<="],
    ["最小", ">="],
    ["最低", ">="],
    ["最多", "<="],
    ["至少", ">="],
    ["不超过", "<="],
    ["低于", "<"],
    ["高于", ">"],
    ["小于", "<"],
    ["大于", ">"],
    ["최소", ">="],
    ["최대", "<="],
  ] as const
)
  .map(([phrase, op]) => [phrase.split(" "), op] as const)
  .toSorted((a, b) => b[0].length - a[0].length);

/** Operators as words after the number and its unit. */
export const OPERATOR_SUFFIXES: readonly (readonly [readonly string[], ComparisonOperator])[] = (
  [
    ["or more", ">="],
    ["or higher", ">="],
    ["or better", ">="],
    ["or greater", ">="],
    ["or above", ">="],
    ["or less", "<="],
    ["or fewer", "<="],
    ["or lower", "<="],
    ["or below", "<="],
    ["or under", "<="],
    ["or faster", "<="],
    ["minimum", ">="],
    ["maximum", "<="],
    ["min", ">="],
    ["max", "<="],
    ["at least", ">="],
    ["at most", "<="],
    ["or over", ">="],
    ["and above", ">="],
    ["and below", "<="],
    ["以上", ">="],
    ["以下", "<="],
    ["以内", "<="],
    ["未満", "<"],
    ["未满", "<"],
    ["超", ">"],
    ["不超過", "<="],
    ["이상", ">="],
    ["이하", "<="],
    ["이내", "<="],
    ["미만", "<"],
    ["초과", ">"],
  ] as const
).map(([phrase, op]) => [phrase.split(" "), op] as const);

/** Small numbers that plans write out. */
export const NUMBER_WORDS: ReadonlyMap<string, number> = new Map([
  ...numbered("zero one two three four five six seven eight nine ten eleven twelve"),
  // In other languages only zero is written out often enough.
  ["cero", 0],
  ["zéro", 0],
]);

function numbered(words: string): [string, number][] {
  return words.split(" ").map((word, value) => [word, value]);
}

/** Share of its time slots, 0..1, in which a window must be observed when the text does not say. */
export const WINDOW_COVERAGE = 0.95;

/** What a length of time is called when it is a window of observation. */
export const WINDOW_WORDS: ReadonlyMap<string, "canary" | "validation" | "soak" | null> = new Map([
  ["canary", "canary"],
  ["validation", "validation"],
  ["soak", "soak"],
  ["burn-in", "soak"],
  ["bake", "soak"],
  ["stability", null],
  ["observation", null],
]);

/** Words that a probe, a scan or a person uses for a state. */
const STATE_WORDS = new Set(
  (
    "true false operational degraded down up clean passing passed pass green success successful complete completed " +
    "done ready active enabled disabled working stable healthy available online live implemented documented " +
    "established automated validated verified approved generated synced enforced published deployed configured " +
    "integrated tested secured resolved fixed closed functional compliant growing reviewed signed " +
    "met achieved updated accepted merged released running reachable open valid ok empty"
  ).split(" "),
);

const NO_STATES = new Set(["tbd", "todo", "none", "null", "unknown", "pending", "needed", "need", "thing", "nothing"]);

/** Whether a word of a phrase names a state. */
export function isStateWord(word: string): boolean {
  return STATE_WORDS.has(word.toLowerCase());
}

/** Whether a word that stands alone as a value names a state: a known one, or one by its form (`encrypted`). */
export function isStateValue(word: string): boolean {
  const lower = word.toLowerCase();
  if (STATE_WORDS.has(lower)) return true;
  return !NO_STATES.has(lower) && /^[a-z][a-z_-]{2,30}(?:ed|ing|able|ible|ful|free|ready)$/.test(lower);
}

/** Words that carry no name of a metric. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a an the of for to in on at by is are be was were with and or all any each every per than that this these those " +
    "must should shall will has have achieves achieve achieved maintained maintain maintains target targets from via " +
    "as it its their our reaches reach reached stays stay remains remain kept keep keeps not no only across time's " +
    "successful successfully full about approximately around between during after before within least most more less"
  ).split(" "),
);

/** Words that narrow a metric and do not name one. */
export const QUALIFIER: RegExp = /^(?:p\d{1,3}(?:\.\d)?|avg|average|mean|median|max|min|peak|total|active|parallel)$/i;
