import { separates } from "./name-threshold.ts";
import type { Token } from "./tokens.ts";

/** Whether a demand is turned round by what stands before it. `unclear` is never typed. */
export type Polarity = "plain" | "negated" | "unclear";

const MOST_TOKENS = 40;
const LONGEST_CLAUSE = 400;
const NEGATOR =
  /^(?:not|no|never|cannot|without|nor|neither|none|nothing|nobody|avoids?|avoiding|prevents?|preventing|forbids?|prohibits?|dont|doesnt|cant|isnt|wont|mustnt|shouldnt|\p{L}+n['’]t)$/iu;
/** What may stand between a negator and its operator without a doubt about what is negated. */
const FILLERS = new Set(
  "be to ever drop drops fall falls go goes rise rises dip dips decline get gets climb grow become".split(" "),
);
const AUXILIARIES = new Set(
  "must should shall will does do did can could may might would is are be was were has have".split(" "),
);

/** How a negator before the operator bears on it, and where the demand begins with that negator. */
export function polarityBefore(
  tokens: readonly Token[],
  first: number,
  byWord: boolean,
): { readonly polarity: Polarity; readonly first: number } {
  const plain = { polarity: "plain", first } as const;
  let adjacent = true;
  let crossed = false;
  for (let i = first - 1; i >= Math.max(0, first - MOST_TOKENS); i -= 1) {
    const token = tokens[i];
    if (token === undefined || endsSentence(tokens, i)) return plain;
    if (token.text === "!" && adjacent) return { polarity: "unclear", first };
    if (token.kind === "word" && NEGATOR.test(token.text) && (i === first - 1 || !isOwnPhrase(tokens, i))) {
      if (!adjacent || crossed) return { polarity: "unclear", first };
      return { polarity: "negated", first: auxiliariesBefore(tokens, i) };
    }
    if (crossed) continue;
    if (separates(token)) {
      // A verb that follows directly (`must not, under load, exceed`) still belongs to what was negated before.
      if (!byWord || !adjacent) return plain;
      crossed = true;
    } else if (token.kind !== "mark" && !FILLERS.has(token.text.toLowerCase())) {
      adjacent = false;
    }
  }
  return plain;
}

/** Whether a negator stands in a row of tokens. */
export function holdsNegator(tokens: readonly Token[], from: number, to: number): boolean {
  return tokens.slice(from, to).some((token) => token.kind === "word" && NEGATOR.test(token.text));
}

/** The `no more than 5` of an earlier number has used its negator up. */
function isOwnPhrase(tokens: readonly Token[], at: number): boolean {
  const [next, second] = [tokens[at + 1]?.text ?? "", tokens[at + 2]?.text ?? ""];
  return /^(?:more|less|fewer|worse)$/i.test(next) && /^than$/i.test(second);
}

function auxiliariesBefore(tokens: readonly Token[], at: number): number {
  let first = at;
  while (AUXILIARIES.has(tokens[first - 1]?.text.toLowerCase() ?? "")) first -= 1;
  return first;
}

function endsSentence(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token?.kind !== "mark") return false;
  return /^[;|。]$/.test(token.text) || (/^[.?]$/.test(token.text) && tokens[at + 1]?.spaced !== false);
}

const ENDS =
  "(?:fails?|failing|reject\\w*|roll(?:s|ed|ing)?[ -]?backs?|abort\\w*|alert\\w*|block\\w*|stop\\w*|halt\\w*|pages?|paging|warn\\w*|revert\\w*|escalat\\w*|deny|denies|refuse\\w*|cancel\\w*|kill\\w*|terminat\\w*|paus\\w*|break\\w*|trigger\\w*|disqualif\\w*|no-go)";
const IFS = "(?:if|when|whenever|once|unless|where|upon|in case|as soon as)";
const END_IF = new RegExp(`\\b${ENDS}\\b.*\\b${IFS}\\b`, "i");
const END_AT = new RegExp(`\\b${ENDS}(?: \\w+){0,2} (?:on|at)$`, "i");
const END_HERE =
  /(?:^|[:,(] )(?:fail|reject|abort|block|deny|refuse|stop|halt)(?: (?:the|build|builds|merge|merges|release|deploy|deployment|pipeline|ci|job|run|pr))*$/i;
const END_LIMIT =
  /\b(?:fail(?:ure)?|roll-?back|abort|alert(?:ing)?|kill|stop|halt|reject(?:ion)?|escalation|warning|no-go|blocker|paging) (?:threshold|trigger|criteri(?:a|on)|condition|limit|rule)s?\b/i;
const IF_ANY = new RegExp(`\\b${IFS}\\b(.*)$`, "i");
const END_ANY = new RegExp(`\\b${ENDS}\\b`, "i");
const ENDS_AFTER =
  /\b(?:fails|fail the|rejects|aborts|blocks|(?<!\b(?:that|which) )triggers|(?:is|are|be|gets?) (?:rejected|blocked|refused|aborted|reverted)|unacceptable|forbidden|prohibited|disallowed|not (?:be )?(?:allowed|acceptable|accepted|permitted|ok|okay|tolerated)|never (?:allowed|acceptable|accepted)|(?:is|are|counts as) a (?:fail|failure|blocker|no-go))\b/i;

/** Whether a number stands in a clause that tells when to stop (`fail if coverage < 80%`) and so is no demand. */
export function tellsFailure(tokens: readonly Token[], first: number, last: number): boolean {
  const before = clauseBefore(tokens, first);
  const after = clauseAfter(tokens, last);
  return tellsFailureBefore(before, after) || ENDS_AFTER.test(after);
}

/** The same for the words of a key: `rollback_if`, `must_not_exceed`. */
export function keyTellsFailure(metric: string): boolean {
  const words = metric.slice(0, LONGEST_CLAUSE).replaceAll("_", " ");
  const negated =
    /(?:^| )(?:not|never|no|cannot|without)(?: (?:exceed|exceeds|exceeding|be|go|drop|fall|above|below|over|under))*$/;
  return tellsFailureBefore(words, "") || negated.test(words);
}

function tellsFailureBefore(before: string, after: string): boolean {
  if (/\bunless\b/i.test(before)) return true;
  if (END_IF.test(before) || END_AT.test(before) || END_HERE.test(before) || END_LIMIT.test(before)) return true;
  const rest = IF_ANY.exec(before)?.[1];
  return rest !== undefined && (END_ANY.test(rest) || END_ANY.test(after));
}

function clauseBefore(tokens: readonly Token[], first: number): string {
  let from = first;
  while (from > Math.max(0, first - MOST_TOKENS) && !endsSentence(tokens, from - 1)) from -= 1;
  const text = tokens.slice(from, first).map((token) => token.text.slice(0, 40));
  return text.join(" ").slice(-LONGEST_CLAUSE);
}

function clauseAfter(tokens: readonly Token[], last: number): string {
  let to = last + 1;
  while (to < Math.min(tokens.length, last + 1 + MOST_TOKENS / 2) && !endsSentence(tokens, to)) to += 1;
  const text = tokens.slice(last + 1, to).map((token) => token.text.slice(0, 40));
  return text.join(" ").slice(0, LONGEST_CLAUSE);
}
