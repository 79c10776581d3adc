import type { Criterion } from "../criteria/criterion.ts";
import type { Claimed, ItemKind, Severity, StatusToken } from "../plan/inspection.ts";
import { comparable } from "./item-text.ts";
import type { AttributeName } from "./label.ts";
import { windowOf } from "./stage.ts";

/** A status token as the reader found it: offsets in the working text. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
  readonly form: StatusToken["form"];
}

/** An item while the document is being read. Becomes a `PlanItem` once all keys are known. */
export interface Draft {
  readonly kind: ItemKind;
  /** 1-based; of a stage that is told before it is defined, set when its heading is reached. */
  line: number;
  id: string | null;
  title: string;
  parent: Draft | null;
  claimed: Claimed;
  token: TokenRange | null;
  owners: string[];
  team: string | null;
  mode: "parallel" | "sequential" | null;
  /** References as written, to be resolved when all items are known. */
  dependsOn: string[];
  blockers: string[];
  optional: boolean;
  priority: string | null;
  complexity: string | null;
  effort: string | null;
  window: string | null;
  confidence: number;
  reason: string;
  /** Comparable names by which others may refer to it: `phase 2`, `p2a`. */
  readonly aliases: string[];
  /** The title as `comparable` gives it, once asked for. */
  name: string | null;
}

/** A gate while the document is being read. */
export interface GateDraft {
  readonly line: number;
  readonly metric: string | null;
  readonly text: string;
  readonly criterion: Criterion | null;
  readonly item: Draft | null;
  readonly severity: Severity;
  readonly block: string | null;
}

/** A check while the document is being read. */
export interface CheckDraft {
  readonly line: number;
  readonly command: string;
  readonly item: Draft | null;
  readonly block: string | null;
}

/** What a block or document of YAML holds. */
export interface YamlReading {
  readonly drafts: Draft[];
  readonly gates: GateDraft[];
  readonly checks: CheckDraft[];
}

/** Makes an item with nothing said of it yet. */
export function draft(
  kind: ItemKind,
  line: number,
  id: string | null,
  title: string,
  parent: Draft | null,
  confidence: number,
  reason: string,
): Draft {
  return {
    kind,
    line,
    id,
    title,
    parent,
    claimed: "unknown",
    token: null,
    owners: [],
    team: null,
    mode: null,
    dependsOn: [],
    blockers: [],
    optional: false,
    priority: null,
    complexity: null,
    effort: null,
    window: null,
    confidence,
    reason,
    aliases: [],
    name: null,
  };
}

/** The comparable form of an item's title, made once. The title must not change after the first call. */
export function nameOf(item: Draft): string {
  item.name ??= comparable(item.title);
  return item.name;
}

const NOTHING = /^(?:none|n\/a|na|no|nothing|tbd|-+|–|—|なし.*|nil|null|\[\])\.?$/i;

/** Names in a cell or value: `@a, b and c` gives three. Link marks and brackets are taken off. */
export function namesOf(value: string): string[] {
  if (NOTHING.test(value.trim())) return [];
  return value
    .slice(0, 500)
    .split(/[,;&]|\s+and\s+|\s\/\s/)
    .map((name) => name.replace(/^[\s@[('"]+|[\s\])'"]+$/g, "").trim())
    .filter((name) => name !== "" && /[\p{L}\p{N}]/u.test(name) && !NOTHING.test(name));
}

/** References in a value: ids, numbers and stages as written; none for `none` and dashes. */
export function referencesOf(value: string): string[] {
  const trimmed = value.trim().replace(/[.\s]+$/, "");
  if (trimmed === "" || NOTHING.test(trimmed)) return [];
  return trimmed
    .slice(0, 2000)
    .split(/[,;]|\s+and\s+|\s&\s|\s\+\s/)
    .map((part) => part.replace(/^[\s[("'`#]+|[\s\])"'`.]+$/g, "").trim())
    .filter((part) => part !== "" && !NOTHING.test(part));
}

/** Sets an attribute of an item from a value as written. Status, gates and checks are not its business. */
export function applyAttribute(item: Draft, name: AttributeName, value: string): void {
  switch (name) {
    case "owner":
      item.owners = [...item.owners, ...namesOf(value)];
      return;
    case "team":
      item.team ??= value === "" || NOTHING.test(value) ? null : value;
      return;
    case "priority":
      item.priority ??= firstWords(value);
      return;
    case "complexity":
      item.complexity ??= firstWords(value);
      return;
    case "effort":
      item.effort ??= value === "" ? null : value.slice(0, 80);
      return;
    case "window":
      item.window ??= windowOf(value) ?? (value === "" || NOTHING.test(value) ? null : value.slice(0, 80));
      return;
    case "depends":
      item.dependsOn.push(...referencesOf(value));
      return;
    case "blockers":
      if (!NOTHING.test(value) && value !== "") item.blockers.push(value.slice(0, 500));
      return;
    case "mode":
      item.mode ??= modeOf(value);
      return;
    case "optional":
      if (/^(?:true|yes)$/i.test(value)) item.optional = true;
      return;
    case "id":
    case "status":
    case "gate":
    case "criteria":
    case "target":
    case "check":
    case "other":
  }
}

function firstWords(value: string): string | null {
  const words = /^[^\p{L}\p{N}]*([\p{L}\p{N}][\p{L}\p{N} /+-]{0,30}?)(?=\s[-–—(]|[,;.(]|$)/u.exec(value)?.[1];
  return words === undefined || NOTHING.test(words) ? null : words.trim();
}

/** Whether words or marks say that work runs beside other work or in order. */
export function modeOf(text: string): "parallel" | "sequential" | null {
  if (text.includes("🐍")) return "parallel";
  if (text.includes("🐌")) return "sequential";
  if (/\bin parallel\b|\bparallel\b|\bconcurrent(?:ly)?\b|^true$/i.test(text)) return "parallel";
  if (/\bsequential(?:ly)?\b|\bin order\b|\bone by one\b|^false$/i.test(text)) return "sequential";
  return null;
}
