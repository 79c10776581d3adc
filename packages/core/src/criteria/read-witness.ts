import type { Criterion, WitnessCriterion } from "./criterion.ts";
import { canonicalUnit, convertUnit } from "./units.ts";
import { NUMBER_WORDS } from "./words.ts";

const LONGEST = 300;
const MOST_ROLES = 5;
const MOST_ROLE_WORDS = 4;

/** The exact form: `1 of release-manager not producer within 48h`. */
const EXACT =
  /^(\d{1,3}) of ([a-z][\w-]{0,60})( not (?:the )?(?:producer|author|implementer|committer|submitter|requester|deployer|(?:[\w]+-)*agent))?(?: within (\d{1,6}(?:\.\d{1,3})?)\s?([a-z]{1,12}))?$/i;
const WITHIN = /^(.*?),?\s(?:within|in under|not older than|no older than)\s(\d{1,6}(?:\.\d{1,3})?)\s?([a-z]{1,12})$/i;
const NOT_PRODUCER =
  /^(.*?)[,\s](?:\(?(?:not (?:the |its |a )?(?:producer|author|implementer|committer|submitter|requester|deployer|(?:\w+-)*agent)|(?:other|different) than (?:the |its )?(?:producer|author|implementer)|independent of (?:the |its )?(?:producer|author|implementer))\)?)$/i;
const AT_LEAST = /^(?:at least|a minimum of|minimum of|minimum|>=|≥)\s?/i;
const COUNT = "\\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten";
const SIGNING = "sign-?\\s?offs?|signatures?|approvals?|signings?";
const PEOPLE =
  "reviewers?|approvers?|maintainers?|engineers?|leads?|owners?|people|persons?|members?|stakeholders?|signers?|judges?|voters?|developers?|managers?";
const DOES =
  "(?:\\s(?:(?:must|have to|need to|has to|have|has)\\s)?(?:approve|approves|approved|sign|signs|signed|sign off|signs off|signed off|agree|agrees|agreed))?";
/** `2 of 3 reviewers approve`, `two senior engineers sign off`. */
const SOME_OF = new RegExp(
  `^(${COUNT})(?:\\s(?:out )?of\\s(?:the\\s)?(${COUNT}))?\\s((?:[a-z][a-z-]{1,30}\\s){0,2}(?:${PEOPLE}))(${DOES})$`,
  "i",
);
/** `two approvals from the platform team`, `3 sign-offs`. */
const SIGNED_BY = new RegExp(
  `^(?:(${COUNT})\\s)?(?:written |formal |final |explicit )?(?:${SIGNING})(?:\\s(?:by|from|of)\\s(.+))?(?:\\s(?:is|are)?\\s?(?:required|given|obtained|needed))?$`,
  "i",
);
/** `approved by the security lead`, also behind the words that say what is approved. */
const DONE_BY =
  /^(?:(?!.*[<>≤≥=\d])[^,;:()]{2,120}\s)?(?:is |are |was |been |be )?(?:approved|signed off|signed-off|signed) by\s(.+)$/i;
/** `security lead sign-off`. */
const ROLE_FIRST = new RegExp(
  `^((?:[a-z][a-z-]{1,30}\\s){1,3})(?:sign-?\\s?off|approval|signature)(?:\\s(?:is\\s)?(?:required|given|obtained|needed))?$`,
  "i",
);
const NO_ROLE =
  /\b(?:no|not|all|every|each|any|none|or|if|when|after|before|pending|awaiting|without|except|unless|other|then|is|are|whoever|who|some|someone|somebody|anyone|anybody|nobody|least|most|more|fewer|only|must|should|that|which|who|rate|time|auto)\b|[^\p{L}\s&/,'’-]/iu;

/** How sure a text must be before people are asked: only with a count or a time, or also by a role alone. */
export type WitnessSense = "counted" | "any";

/**
 * Types the demand that people sign, as a whole text: `2 of 3 reviewers`, `two approvals from the platform team`,
 * `sign-off by security lead within 48 hours`. Several roles are an all-of. Of `k of n` the k different people in the
 * role must sign; who the n are is known where roles are held.
 *
 * @returns null for what is no such demand or is not understood to its end
 */
export function readWitness(text: string, sense: WitnessSense = "any"): Criterion | null {
  const trimmed = text.trim().replace(/\s+/g, " ").replace(/\.$/, "");
  if (trimmed.length > LONGEST) return null;
  const exact = EXACT.exec(trimmed);
  if (exact !== null && Number(exact[1]) > 0) {
    const withinMs = exact[4] === undefined ? null : msOf(exact[4], exact[5]);
    if (exact[4] !== undefined && withinMs === null) return null;
    return signed(Number(exact[1]), exact[2] ?? null, exact[3] !== undefined, withinMs);
  }
  return inWords(trimmed, sense);
}

function inWords(text: string, sense: WitnessSense): Criterion | null {
  let rest = text;
  let withinMs: number | null = null;
  let notProducer = false;
  for (let round = 0; round < 2; round += 1) {
    const within = withinMs === null ? WITHIN.exec(rest) : null;
    if (within !== null) {
      withinMs = msOf(within[2] ?? "", within[3]);
      if (withinMs === null) return null;
      rest = within[1] ?? "";
    }
    const other = notProducer ? null : NOT_PRODUCER.exec(rest);
    if (other !== null) {
      notProducer = true;
      rest = (other[1] ?? "").replace(/[\s,(]+$/, "");
    }
  }
  const least = rest.replace(AT_LEAST, "");
  const some = SOME_OF.exec(least);
  if (some !== null) {
    const [k, n] = [countOf(some[1]), some[2] === undefined ? null : countOf(some[2])];
    if (n !== null && k > n) return null;
    // `two engineers` may only be a number of people; that they sign must be said.
    const says = n !== null || (some[4] ?? "") !== "" || /(?:reviewer|approver|signer)s?$/i.test(some[3] ?? "");
    const role = /^(?:people|persons?|members?)$/i.test(some[3] ?? "") ? null : singular(some[3] ?? "");
    return says && k > 0 && !NO_ROLE.test(some[3] ?? "") ? signed(k, role, notProducer, withinMs) : null;
  }
  const by = SIGNED_BY.exec(least);
  if (by !== null) {
    const counted = by[1] !== undefined || least !== rest || withinMs !== null;
    const k = by[1] === undefined ? 1 : countOf(by[1]);
    if (by[2] === undefined) return by[1] === undefined ? null : signed(k, null, notProducer, withinMs);
    return counted || sense === "any" ? ofRoles(by[2], k, notProducer, withinMs) : null;
  }
  if (least !== rest || (sense !== "any" && withinMs === null)) return null;
  const roles = DONE_BY.exec(rest)?.[1] ?? ROLE_FIRST.exec(rest)?.[1];
  return roles === undefined ? null : ofRoles(roles, 1, notProducer, withinMs);
}

/** `security lead and product owner`: each of them. A count says how many in all, so it goes with one role only. */
function ofRoles(said: string, k: number, notProducer: boolean, withinMs: number | null): Criterion | null {
  const text = said.replace(AT_LEAST, "");
  if (k < 1 || NO_ROLE.test(text.replace(/^\d{1,3}\s/, ""))) return null;
  const leading = new RegExp(`^(${COUNT})\\s`, "i").exec(text)?.[1];
  if (leading !== undefined) {
    const role = text.slice(leading.length).trim();
    const own = countOf(leading);
    return k === 1 && own > 0 && isRole(role) ? signed(own, singular(role), notProducer, withinMs) : null;
  }
  const roles = text
    .split(/\s?,\s(?:and\s)?|\sand\s|\s&\s/i)
    .map((role) => role.replace(/^(?:the|our|a|an)\s/i, "").trim());
  if (roles.length > MOST_ROLES || !roles.every(isRole)) return null;
  const of = roles.map((role) => signed(k, named(role), notProducer, withinMs));
  const [only, second] = of;
  if (only === undefined) return null;
  if (second === undefined) return only;
  return k === 1 ? { kind: "composite", op: "all", value: null, unit: null, of } : null;
}

function isRole(role: string): boolean {
  return /^\p{L}[\p{L}'’/-]*(?:\s\p{L}[\p{L}'’/-]*)*$/u.test(role) && role.split(" ").length <= MOST_ROLE_WORDS;
}

function signed(value: number, role: string | null, notProducer: boolean, withinMs: number | null): WitnessCriterion {
  return { kind: "witness", op: ">=", value, unit: null, role, notProducer, withinMs };
}

/** One spelling for a role: words joined by a hyphen, as `gate sign --role` takes them. */
function named(role: string): string {
  return role
    .toLowerCase()
    .replace(/['’]/g, "")
    .replace(/[\s/]+/g, "-");
}

function singular(role: string): string {
  return named(role).replace(/([^s])s$/, "$1");
}

function countOf(word: string | undefined): number {
  if (word === undefined) return 0;
  return NUMBER_WORDS.get(word.toLowerCase()) ?? Number(word);
}

function msOf(amount: string, written: string | undefined): number | null {
  const unit = written === undefined ? null : canonicalUnit(written);
  return unit === null ? null : convertUnit(Number(amount), unit, "ms");
}

const ASKS = new RegExp(
  `(?:^|[^\\w.])(?:${COUNT})\\s(?:(?:out )?of\\s(?:the\\s)?(?:${COUNT})\\s)?(?:[a-z-]{2,30}\\s){0,2}(?:reviewers?|approvers?|signers?|${SIGNING})\\b|\\b(?:sign-?\\s?offs?|signatures?|approvals?|approved|signed off|signed) (?:by|from)\\b`,
  "i",
);

/** Whether a text asks people for their word, understood or not: numbers in it are then none of a measurement. */
export function asksForPeople(text: string): boolean {
  return ASKS.test(text.slice(0, 2000));
}
