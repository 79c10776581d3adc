import { ATTRIBUTES } from "./other-languages.ts";
import { plainText } from "./plain-text.ts";

/** What an attribute line is about. */
export type AttributeName =
  | "status"
  | "owner"
  | "team"
  | "priority"
  | "effort"
  | "complexity"
  | "window"
  | "depends"
  | "blockers"
  | "mode"
  | "optional"
  | "gate"
  | "criteria"
  | "target"
  | "check"
  | "id"
  | "other";

/** A line of the form `**Key**: value` or `Key: value`, or a bold line that stands alone. */
export interface Label {
  readonly key: string;
  readonly name: AttributeName | null;
  readonly value: string;
  /** Offset of the value in the line. */
  readonly valueFrom: number;
  readonly bold: boolean;
  readonly colon: boolean;
}

const NAMES: readonly (readonly [AttributeName, string])[] = [
  ["status", "status|current status|state|progress status|phase status|step status|task status"],
  [
    "owner",
    "owner|owners|assignee|assignees|assigned to|assigned|lead|leads|responsible|dri|point of contact|who|by|by whom|agent",
  ],
  ["team", "team|teams|squad|group"],
  ["priority", "priority|severity|importance"],
  ["effort", "effort|estimated effort|estimate|estimated time|size|points|story points|hours|estimated hours"],
  ["complexity", "complexity|difficulty|implementation complexity"],
  ["window", "timeline|window|schedule|when|dates|due|due date|target date|week|weeks|duration|timeframe|time frame"],
  ["depends", "depends on|dependencies|dependency|depends|deps|requires|needs"],
  ["blockers", "blockers|blocker|blocked by|blocker issues|blocked on"],
  ["mode", "mode|execution|execution mode|parallel|parallelism"],
  ["optional", "optional"],
  ["gate", "quality gate|quality gates|gate|gates|deployment gate|release gate|phase gate|exit gate|checkpoint gate"],
  [
    "criteria",
    "success criteria|success criterion|acceptance criteria|验收点|acceptance|exit criteria|key deliverables",
  ],
  ["criteria", "success|entry criteria|entry criterion|exit criterion|pass criteria|gate criteria|release criteria"],
  ["target", "target|targets|performance target|target value|threshold|thresholds"],
  ["criteria", "success metric|success metrics|target metrics|definition of done|done when"],
  ["check", "automated checks|automated check|check command|check commands|verification command|verify command"],
  ["check", "verification commands|test command|validation command|gate command"],
  ["id", "id|task id|key"],
  ["other", "goal|goals|objective|purpose|file|files|line|lines|issue|context|description|note|notes|impact|solution"],
  [
    "other",
    "completion|completion date|deliverables|activities|approach|decision|implementation|problem|result|action",
  ],
  ["other", "content|source|rationale|mitigation|features|benefits|key benefits|date|version|branch|pr|spec|expected"],
  ["other", "input|output|tests|prerequisite reading|available data|use case|current state|current behavior|unknown"],
  [
    "other",
    "storage|ui|formats|expected file|expected files|coverage|reason|evidence|link|links|focus|team size|install",
  ],
  [
    "other",
    "users|cohort|cohorts|audience|traffic|environment|region|budget|cost|stakeholders|participants|scope|theme",
  ],
  [
    "other",
    "why|how|risk|risks|rollback|tools|outcome|outcomes|trigger|triggers|entry|exit|reference docs|sprint goal",
  ],
  [
    "other",
    "changed|created|updated|author|authors|reviewer|labels|tags|reference|references|details|example|examples",
  ],
];

const BY_KEY = new Map<string, AttributeName>();
for (const [name, keys] of [...NAMES, ...ATTRIBUTES]) for (const key of keys.split("|")) BY_KEY.set(key, name);

const BOLD = /^[^\p{L}\p{N}*_[]{0,6}(?:\*\*|__)([^*]{1,120}?)(\s?[:：])?(?:\*\*|__)(\s{0,3}[:：])?[ \t]*/u;
const PLAIN = /^([\p{L}][\p{L}\p{N} ()/'’-]{0,40}?)\s?[:：](?=\s|$)[ \t]*/u;
const ITALIC = /^(?:_([\p{L}][\p{L}\p{N} ()/-]{0,40}):|\*([\p{L}][\p{L}\p{N} ()/-]{0,40}):\*)[ \t]*/u;

/** Reads a line as a label with or without a value; null when it is none. */
export function labelOf(line: string): Label | null {
  const first = line.charCodeAt(0);
  // Check boxes, links and code spans never begin a label.
  if (first === 91 || first === 96) return null;
  const bold = line.includes("**") || line.includes("__") ? BOLD.exec(line) : null;
  if (bold !== null) {
    const value = line.slice(bold[0].length);
    const colon = bold[2] !== undefined || bold[3] !== undefined;
    if (!colon && plainText(value).replace(/^[^\p{L}\p{N}]+$/u, "") !== "") return null;
    return label(bold[1] ?? "", value, bold[0].length, true, colon);
  }
  const plain = PLAIN.exec(line) ?? ITALIC.exec(line);
  if (plain === null) return null;
  return label(plain[1] ?? plain[2] ?? "", line.slice(plain[0].length), plain[0].length, false, true);
}

/** All labels of a line that sets several apart with bars: `**Lead**: Ada | **Status**: in progress`. */
export function labelsOf(line: string, first: Label): Label[] {
  const labels: Label[] = [];
  let own = first;
  for (let count = 0; count < MOST_LABELS; count += 1) {
    const bar = own.bold ? /\s\|\s+(?=\*\*|__)/.exec(own.value.slice(0, 1000)) : null;
    const from = bar === null ? 0 : own.valueFrom + bar.index + bar[0].length;
    const next = bar === null ? null : labelOf(line.slice(from));
    if (bar === null || next === null) break;
    labels.push({ ...own, value: own.value.slice(0, bar.index) });
    own = { ...next, valueFrom: from + next.valueFrom };
  }
  return [...labels, own];
}

const MOST_LABELS = 8;

function label(key: string, value: string, valueFrom: number, bold: boolean, colon: boolean): Label {
  const clean = plainText(key).trim();
  return { key: clean, name: attributeNameOf(clean), value, valueFrom, bold, colon };
}

/** The attribute that a key, a column or a YAML field names; null when it names none that the reader knows. */
export function attributeNameOf(key: string): AttributeName | null {
  const clean = key
    .toLowerCase()
    .replace(/^[^\p{L}]+/u, "")
    .replace(/\((?:s|es)\)/g, "s")
    .replace(/[_-]+/g, " ")
    .replace(/[\s:]+$/, "");
  return BY_KEY.get(clean) ?? null;
}

/** Pairs in one bold line: `**Priority: CRITICAL | Timeline: Week 1**`. */
export function pairsOf(text: string): { name: AttributeName; value: string }[] {
  const pairs: { name: AttributeName; value: string }[] = [];
  for (const part of text.slice(0, 1000).split("|")) {
    const colon = part.indexOf(":");
    if (colon <= 0) continue;
    const name = attributeNameOf(part.slice(0, colon).trim());
    if (name !== null) pairs.push({ name, value: part.slice(colon + 1).trim() });
  }
  return pairs;
}
