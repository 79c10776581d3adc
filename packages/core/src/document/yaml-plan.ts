import type { Claimed, ItemKind } from "../plan/inspection.ts";
import type { Draft, YamlReading } from "./draft.ts";
import { applyAttribute, draft, modeOf, referencesOf } from "./draft.ts";
import { comparable, readItemText } from "./item-text.ts";
import { attributeNameOf } from "./label.ts";
import { stageOf } from "./stage.ts";
import { statusOfValue } from "./status.ts";
import { readChecks, readGateBlock, readSingleGate } from "./yaml-gates.ts";
import {
  announcesCriteria,
  CHECK_KEYS,
  GATE_KEYS,
  ITEM_KEYS,
  isWorkList,
  kindOfKey,
  SINGLE_GATE_KEYS,
  stageKeyKind,
  WEAK_GATE_KEYS,
  WRAPPERS,
} from "./yaml-keys.ts";
import type { YamlNode, YamlPair, YamlSource } from "./yaml-source.ts";
import { isMapping, isSequence, normalKey } from "./yaml-source.ts";

/** What is known about the place of a block. */
export interface YamlPlace {
  /** The item that the block belongs to. */
  readonly item: Draft | null;
  /** Name of the block: gates and checks in it share it. */
  readonly block: string;
  /** True where the block stands among criteria, so that a bare mapping of metrics is one of gates. */
  readonly criteria: boolean;
}

/** Whether a mapping speaks of a plan or of gates at all, so that other YAML is left alone. */
export function isPlanLike(source: YamlSource, place: YamlPlace): boolean {
  return source.pairsOf(source.root).some((pair) => {
    const key = normalKey(pair.key);
    if (ITEM_KEYS.has(key) || SINGLE_GATE_KEYS.has(key) || key === "automated_checks") return true;
    if (WEAK_GATE_KEYS.has(key)) return place.criteria || statesThreshold(source, pair.value, 0);
    if (GATE_KEYS.has(key)) return true;
    if (stageKeyKind(pair) !== null || isWorkList(source, pair, false)) return true;
    return place.criteria && statesThreshold(source, pair.value, 0);
  });
}

/** Whether any scalar below begins with a comparison. */
function statesThreshold(source: YamlSource, node: YamlNode, depth: number): boolean {
  if (depth > 3) return false;
  const text = source.textOf(node);
  if (text !== null) return /^\s*(?:[<>≤≥]=?|=)\s*\d/.test(text);
  return (
    source.entriesOf(node).some((entry) => statesThreshold(source, entry, depth + 1)) ||
    source.pairsOf(node).some(({ value }) => statesThreshold(source, value, depth + 1))
  );
}

/** Reads a whole mapping (or list) as a plan: items, gates and checks. */
export function readYamlPlan(source: YamlSource, place: YamlPlace): YamlReading {
  const reading: YamlReading = { drafts: [], gates: [], checks: [] };
  if (isSequence(source.root)) readItems(source, source.root, "task", place.item, place, reading);
  else readPairs(source, source.pairsOf(source.root), place.item, place, reading);
  reading.drafts.sort((a, b) => a.line - b.line);
  return reading;
}

/** Reads only the lists and mappings of a plan that stand at the top: frontmatter has many words besides. */
export function readYamlLists(source: YamlSource, place: YamlPlace): YamlReading {
  const reading: YamlReading = { drafts: [], gates: [], checks: [] };
  const lists = source.pairsOf(source.root).filter(({ key, value }) => {
    const name = normalKey(key);
    const known =
      ITEM_KEYS.has(name) || (GATE_KEYS.has(name) && !WEAK_GATE_KEYS.has(name)) || SINGLE_GATE_KEYS.has(name);
    return known && (source.textOf(value) === null || SINGLE_GATE_KEYS.has(name));
  });
  readPairs(source, lists, place.item, place, reading);
  return reading;
}

function readPairs(
  source: YamlSource,
  pairs: readonly YamlPair[],
  owner: Draft | null,
  place: YamlPlace,
  reading: YamlReading,
): void {
  const at = owner === place.item ? place.block : `${place.block} ${owner?.line ?? 0}`;
  for (const pair of pairs) {
    const key = normalKey(pair.key);
    const kind = ITEM_KEYS.get(key);
    if (kind !== undefined) readItems(source, pair.value, kind, owner, place, reading);
    else if (SINGLE_GATE_KEYS.has(key) && source.textOf(pair.value) !== null)
      readSingleGate(source, pair, owner, at, reading);
    else if (CHECK_KEYS.has(key)) readChecks(source, pair, owner, at, reading);
    else if (isGateKey(source, pair, key, place) || announcesCriteria(pair))
      readGateBlock(source, pair, owner, at, reading);
    else if (stageKeyKind(pair) !== null)
      readNamedItem(source, pair, stageKeyKind(pair) ?? "phase", owner, place, reading);
    else if (isWorkList(source, pair, place.block === "document"))
      readItems(source, pair.value, kindOfKey(key), owner, place, reading);
    else if (isMapping(pair.value) && (WRAPPERS.has(key) || owner === place.item)) {
      const inner = source.pairsOf(pair.value);
      if (WRAPPERS.has(key) || inner.some((one) => speaksOfPlan(normalKey(one.key)) || isWorkList(source, one, false)))
        readPairs(source, inner, owner, place, reading);
    }
  }
}

function speaksOfPlan(key: string): boolean {
  return (
    ITEM_KEYS.has(key) ||
    SINGLE_GATE_KEYS.has(key) ||
    CHECK_KEYS.has(key) ||
    (GATE_KEYS.has(key) && !WEAK_GATE_KEYS.has(key))
  );
}

function isGateKey(source: YamlSource, pair: YamlPair, key: string, place: YamlPlace): boolean {
  if (WEAK_GATE_KEYS.has(key))
    return statesThreshold(source, pair.value, 0) || (key === "criteria" && isSequence(pair.value));
  if (GATE_KEYS.has(key)) return true;
  return place.criteria && !isMeasurement(key) && statesThreshold(source, pair.value, 0);
}

function isMeasurement(key: string): boolean {
  return /^(?:measurement|monitoring|alerts?|queries|dashboards?|notes?|config|settings)$/.test(key);
}

function readItems(
  source: YamlSource,
  node: YamlNode,
  kind: ItemKind,
  owner: Draft | null,
  place: YamlPlace,
  reading: YamlReading,
): void {
  if (isMapping(node)) {
    for (const pair of source.pairsOf(node)) readNamedItem(source, pair, kind, owner, place, reading);
    return;
  }
  for (const entry of source.entriesOf(node)) {
    const text = source.textOf(entry);
    if (text !== null) {
      const parts = readItemText(text.replace(/^\[[ xX]\]\s+/, ""));
      const item = draft(
        kind,
        source.lineOf(entry),
        parts.id,
        parts.title,
        owner,
        0.9,
        `yaml.${kind}: an entry of a list of ${kind}s`,
      );
      reading.drafts.push(item);
    } else if (isMapping(entry))
      readItem(source, source.pairsOf(entry), source.lineOf(entry), null, kind, owner, place, reading);
  }
}

function readNamedItem(
  source: YamlSource,
  pair: YamlPair,
  kind: ItemKind,
  owner: Draft | null,
  place: YamlPlace,
  reading: YamlReading,
): void {
  if (isMapping(pair.value)) {
    readItem(source, source.pairsOf(pair.value), pair.line, pair.key, kind, owner, place, reading);
    return;
  }
  const item = draft(kind, pair.line, null, pair.key, owner, 0.8, `yaml.${kind}: a key under ${kind}s`);
  const status = source.textOf(pair.value);
  if (status !== null) setStatus(source, item, pair.value, status);
  reading.drafts.push(item);
}

const TITLE_KEYS = [
  "title",
  "name",
  "task",
  "summary",
  "description",
  "goal",
  "content",
  "phase_name",
  "stage_name",
  "step_name",
  "task_name",
];

function readItem(
  source: YamlSource,
  pairs: readonly YamlPair[],
  line: number,
  named: string | null,
  kind: ItemKind,
  owner: Draft | null,
  place: YamlPlace,
  reading: YamlReading,
): void {
  const byKey = new Map(pairs.map((pair) => [normalKey(pair.key), pair]));
  const textOf = (key: string): string | null => source.textOf(byKey.get(key)?.value);
  const title = TITLE_KEYS.map(textOf).find((text) => text !== null) ?? named ?? "";
  const id = textOf("id") ?? textOf("key") ?? textOf("task_id") ?? textOf("phase") ?? textOf("step") ?? named;
  if (title === "" && id === null) return;
  const parts = readItemText(title);
  const item = draft(
    kind,
    line,
    id ?? parts.id,
    parts.title === "" ? (id ?? "") : parts.title,
    owner,
    0.95,
    `yaml.${kind}: a mapping under ${kind}s`,
  );
  const stage = stageOf(title);
  if (stage !== null) item.aliases.push(stage.ref);
  if (id !== null) item.aliases.push(comparable(`${kind} ${id}`));
  reading.drafts.push(item);
  applyFields(source, item, pairs);
  const block = { ...place, block: `${place.block} ${reading.drafts.length}` };
  readPairs(source, pairs, item, block, reading);
}

/** Fields of a mapping that say something of the item itself. */
export function applyFields(source: YamlSource, item: Draft, pairs: readonly YamlPair[]): void {
  for (const { key, value } of pairs) {
    const name = normalKey(key);
    const text = source.textOf(value);
    const list = source.entriesOf(value).map((entry) => source.textOf(entry) ?? "");
    const joined = text ?? list.join(", ");
    if (/^(?:(?:phase_|stage_|step_|task_)?status|state|done|completed|complete)$/.test(name) && text !== null)
      setStatus(source, item, value, text);
    else if (name === "parallel") item.mode ??= modeOf(joined);
    else if (/^(?:depends_on|dependencies|needs|requires|after|depends)$/.test(name))
      item.dependsOn.push(...(list.length > 0 ? list : referencesOf(joined)));
    else {
      const attribute = attributeNameOf(name.replaceAll("_", " "));
      if (attribute !== null && joined !== "") applyAttribute(item, attribute, joined);
    }
  }
}

function setStatus(source: YamlSource, item: Draft, node: YamlNode, text: string): void {
  const claimed = statusOfField(text);
  if (claimed === null) return;
  item.claimed = claimed;
  const { from, to } = source.rangeOf(node);
  const quoted = to - from === text.length + 2 ? 1 : 0;
  item.token = { from: from + quoted, to: to - quoted, form: "key" };
}

function statusOfField(text: string): Claimed | null {
  if (/^true$/i.test(text)) return "done";
  if (/^false$/i.test(text)) return "pending";
  return statusOfValue(text.replaceAll("_", " "))?.claimed ?? null;
}
