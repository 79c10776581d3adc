import { normaliseMetric } from "../criteria/metric-name.ts";
import { parseCriterion } from "../criteria/parse-criterion.ts";
import type { Severity } from "../plan/inspection.ts";
import type { Draft, YamlReading } from "./draft.ts";
import { draft } from "./draft.ts";
import { gatesOfEntry, gatesOfValue } from "./gate-text.ts";
import { readItemText } from "./item-text.ts";
import type { StatedGate } from "./stated-gate.ts";
import { statusOfValue } from "./status.ts";
import type { YamlNode, YamlPair, YamlSource } from "./yaml-source.ts";
import { isMapping, isSequence, normalKey } from "./yaml-source.ts";

interface GateContext {
  readonly source: YamlSource;
  readonly owner: Draft | null;
  readonly block: string;
  readonly severity: Severity;
  readonly reading: YamlReading;
  /** Whether a statement that ends in a word for a state is a gate: in lists of gates, not in lists of criteria. */
  readonly states: boolean;
}

/** Reads the value of a key such as `quality_gates` in any of the shapes that plans use. */
export function readGateBlock(
  source: YamlSource,
  pair: YamlPair,
  owner: Draft | null,
  block: string,
  reading: YamlReading,
): void {
  const key = normalKey(pair.key);
  const severity = severityOfWord(key) ?? "critical";
  const context: GateContext = { source, owner, block, severity, reading, states: /gate/.test(key) };
  const text = source.textOf(pair.value);
  if (text !== null) {
    readMetric(context, pair);
    return;
  }
  readGates(context, pair.value);
}

function readGates(context: GateContext, node: YamlNode): void {
  const { source } = context;
  if (isMapping(node)) {
    readGateMap(context, source.pairsOf(node));
    return;
  }
  for (const entry of source.entriesOf(node)) {
    const text = source.textOf(entry);
    const pairs = source.pairsOf(entry);
    const only = pairs[0];
    if (text !== null) readStatement(context, text, source.lineOf(entry));
    else if (pairs.length === 1 && only !== undefined && !DEFINING.has(normalKey(only.key)))
      readMetricOrGroup(context, only);
    else if (pairs.some(({ key }) => DEFINING.has(normalKey(key))))
      readNamedGate(context, pairs, source.lineOf(entry), null);
    else for (const pair of pairs) readMetricOrGroup(context, pair);
  }
}

/** Keys that define a gate: their presence means that the mapping is one gate and no row of metrics. */
const DEFINING = new Set(
  (
    "name id title metric threshold target command check run argv script conditions metrics thresholds operator " +
    "criteria expression condition criterion min max value expected"
  ).split(" "),
);

function readGateMap(context: GateContext, pairs: readonly YamlPair[]): void {
  const isOneGate = pairs.some(({ key }) => /^(?:threshold|operator|metric|command)$/.test(normalKey(key)));
  const line = pairs[0]?.line ?? 1;
  if (isOneGate) readNamedGate(context, pairs, line, null);
  else for (const pair of pairs) readMetricOrGroup(context, pair);
}

function readMetricOrGroup(context: GateContext, pair: YamlPair): void {
  const { source } = context;
  if (source.textOf(pair.value) !== null) {
    readMetric(context, pair);
    return;
  }
  const severity = severityOfWord(normalKey(pair.key)) ?? context.severity;
  const inner = source.pairsOf(pair.value);
  if (inner.some(({ key }) => DEFINING.has(normalKey(key))))
    readNamedGate({ ...context, severity }, inner, pair.line, pair.key);
  else if (isMapping(pair.value) || isSequence(pair.value)) readGates({ ...context, severity }, pair.value);
}

/** `response_time_p95: "<500ms"`. */
function readMetric(context: GateContext, pair: YamlPair): void {
  const { source } = context;
  const value = source.textOf(pair.value) ?? "";
  const item = criterionItem(context, pair.line, pair.key, null);
  if (value === "") return;
  const metric = normaliseMetric(pair.key);
  const single = parseCriterion(value, { metric }).criterion;
  if (single !== null && single.kind !== "composite") {
    push(context, item, pair.line, { metric, text: value, criterion: single });
    return;
  }
  const parts = gatesOfValue(value, pair.key, true);
  const alone = parts.length === 1;
  for (const part of parts)
    push(context, item, pair.line, { ...part, metric: alone ? metric : (part.metric ?? metric) });
}

function readStatement(context: GateContext, text: string, line: number): void {
  const item = criterionItem(context, line, readItemText(text).title, null);
  for (const gate of gatesOfEntry(text, context.states ? "states" : "thresholds")) push(context, item, line, gate);
}

function readNamedGate(context: GateContext, pairs: readonly YamlPair[], line: number, named: string | null): void {
  const { source } = context;
  const fields = new Map(pairs.map((pair) => [normalKey(pair.key), pair]));
  const textOf = (...keys: string[]): string | null =>
    keys.map((key) => source.textOf(fields.get(key)?.value)).find((text) => text != null) ?? null;
  const name =
    textOf("name", "title", "metric", "id", "description") ?? named ?? textOf("command", "check", "run") ?? "";
  const severity = severityOfFields(source, fields) ?? context.severity;
  const inner = { ...context, severity };
  const item = criterionItem(inner, line, name, textOf("status", "state"));
  const metric = normaliseMetric(textOf("metric") ?? name);
  const before = context.reading.gates.length;
  readThreshold(inner, fields, item, line, metric);
  for (const key of ["conditions", "metrics", "criteria"]) {
    for (const entry of source.entriesOf(fields.get(key)?.value)) readCondition(inner, entry, item, metric);
  }
  for (const pair of source.pairsOf(fields.get("thresholds")?.value)) {
    pushThreshold(inner, item, pair.line, `${metric}_${normaliseMetric(pair.key)}`, source.textOf(pair.value), fields);
  }
  readCommand(inner, fields, item, line);
  if (context.reading.gates.length === before) {
    const text = textOf("expression", "condition", "criterion", "description", "command", "check", "run") ?? name;
    push(inner, item, line, {
      metric: metric === "" ? null : metric,
      text,
      criterion: parseCriterion(text, { metric }).criterion,
    });
  }
}

function readThreshold(
  context: GateContext,
  fields: ReadonlyMap<string, YamlPair>,
  item: Draft,
  line: number,
  metric: string,
): void {
  const { source } = context;
  const bounds: readonly (readonly [string, string])[] = [
    ["min", ">="],
    ["minimum", ">="],
    ["max", "<="],
    ["maximum", "<="],
  ];
  for (const [key, op] of bounds) {
    const value = source.textOf(fields.get(key)?.value);
    if (value !== null && /^\d/.test(value)) push(context, item, line, typed(metric, `${op} ${value}`));
  }
  for (const key of ["threshold", "target", "value", "expected"]) {
    const pair = fields.get(key);
    const value = source.textOf(pair?.value);
    if (value === null) continue;
    pushThreshold(context, item, line, metric, value, fields);
    return;
  }
}

function pushThreshold(
  context: GateContext,
  item: Draft,
  line: number,
  metric: string,
  value: string | null,
  fields: ReadonlyMap<string, YamlPair>,
): void {
  if (value === null || value === "") return;
  const operator =
    context.source.textOf(fields.get("operator")?.value) ?? context.source.textOf(fields.get("op")?.value);
  const unit = context.source.textOf(fields.get("unit")?.value) ?? "";
  const failOn = context.source.textOf(fields.get("fail_on")?.value);
  const bare = /^[\d.,]+\s*[%\p{L}/]*$/u.test(value.trim());
  const implied = failOn === "below" ? ">=" : failOn === "above" ? "<=" : null;
  const op = operator === null ? implied : (OPERATOR_NAMES.get(operator.toLowerCase()) ?? operator);
  const withUnit = bare && unit !== "" && /^[\d.,]+$/.test(value.trim()) ? `${value}${unit}` : value;
  push(context, item, line, typed(metric, bare && op !== null ? `${op} ${withUnit}` : withUnit));
}

const OPERATOR_NAMES: ReadonlyMap<string, string> = new Map([
  ["gte", ">="],
  ["ge", ">="],
  ["gt", ">"],
  ["lte", "<="],
  ["le", "<="],
  ["lt", "<"],
  ["eq", "="],
  ["==", "="],
  ["ne", "!="],
  ["greater_than", ">"],
  ["less_than", "<"],
]);

function typed(metric: string, text: string): StatedGate {
  return { metric: metric === "" ? null : metric, text, criterion: parseCriterion(text, { metric }).criterion };
}

function readCondition(context: GateContext, node: YamlNode, item: Draft, metric: string): void {
  const { source } = context;
  const line = source.lineOf(node);
  const text = source.textOf(node);
  if (text !== null) {
    for (const gate of gatesOfValue(text, metric, true))
      push(context, item, line, { ...gate, metric: gate.metric ?? metric });
    return;
  }
  const pairs = source.pairsOf(node);
  const fields = new Map(pairs.map((pair) => [normalKey(pair.key), pair]));
  const name = source.textOf(fields.get("metric")?.value) ?? source.textOf(fields.get("name")?.value) ?? metric;
  const value =
    source.textOf(fields.get("threshold")?.value) ??
    source.textOf(fields.get("value")?.value) ??
    source.textOf(fields.get("target")?.value);
  if (value !== null) pushThreshold(context, item, line, normaliseMetric(name), value, fields);
  else
    for (const pair of pairs)
      push(context, item, pair.line, typed(normaliseMetric(pair.key), source.textOf(pair.value) ?? ""));
}

function readCommand(context: GateContext, fields: ReadonlyMap<string, YamlPair>, item: Draft, line: number): void {
  const { source, reading, block } = context;
  for (const key of ["command", "check", "run", "script", "argv", "cmd"]) {
    const pair = fields.get(key);
    if (pair === undefined) continue;
    const words = source.entriesOf(pair.value).map((entry) => source.textOf(entry) ?? "");
    const command = source.textOf(pair.value) ?? words.map(quoted).join(" ");
    if (command.trim() !== "")
      reading.checks.push({ line: key === "argv" ? line : pair.line, command: command.trim(), item, block });
    return;
  }
}

/** A word of an argument list as a shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** `deployment_gate: "All checks pass + 24hr canary"`: gates without an item of their own. */
export function readSingleGate(
  source: YamlSource,
  pair: YamlPair,
  owner: Draft | null,
  block: string,
  reading: YamlReading,
): void {
  const text = source.textOf(pair.value) ?? "";
  for (const gate of gatesOfValue(text, pair.key, true)) {
    reading.gates.push({ ...gate, line: pair.line, item: owner, severity: "critical", block });
  }
}

/** Commands of a key such as `automated_checks`: strings, or mappings with a command. */
export function readChecks(
  source: YamlSource,
  pair: YamlPair,
  owner: Draft | null,
  block: string,
  reading: YamlReading,
): void {
  const node = pair.value;
  if (normalKey(pair.key) === "checks" && statesCriteria(source, node)) {
    readGateBlock(source, pair, owner, block, reading);
    return;
  }
  const text = source.textOf(node);
  if (text !== null && text.trim() !== "") {
    reading.checks.push({ line: source.lineOf(node), command: text.trim(), item: owner, block });
    return;
  }
  for (const entry of source.entriesOf(node)) {
    const command = source.textOf(entry);
    if (command !== null) {
      reading.checks.push({ line: source.lineOf(entry), command: command.trim(), item: owner, block });
      continue;
    }
    const fields = source.pairsOf(entry);
    const named = fields.find(({ key }) => /^(?:command|run|check|cmd|script)$/.test(normalKey(key)));
    const inner = source.textOf(named?.value);
    if (named !== undefined && inner !== null)
      reading.checks.push({ line: named.line, command: inner.trim(), item: owner, block });
  }
}

/** Whether most entries are statements (`Error rate < 1%`, `All suites are green`) and no commands. */
function statesCriteria(source: YamlSource, node: YamlNode): boolean {
  const texts = source.entriesOf(node).map((entry) => source.textOf(entry) ?? "");
  const statements = texts.filter((text) => /^\p{Lu}\p{Ll}*\s+\S/u.test(text) || STATED.test(text));
  return statements.length > 0 && statements.length * 2 > texts.length;
}

const STATED = /^[\w %()/-]{2,60}\s(?:[<>≤≥]=?|=)\s?\d[\d.,]*\s?[\w%/]*$/u;

function criterionItem(context: GateContext, line: number, title: string, status: string | null): Draft {
  const item = draft("criterion", line, null, title, context.owner, 0.95, "yaml.gate: an entry of a gate block");
  const claimed = status === null ? null : statusOfValue(status);
  if (claimed !== null) item.claimed = claimed.claimed;
  context.reading.drafts.push(item);
  return item;
}

function push(context: GateContext, item: Draft, line: number, gate: StatedGate): void {
  context.reading.gates.push({ ...gate, line, item, severity: context.severity, block: context.block });
}

function severityOfWord(word: string): Severity | null {
  if (
    /^(?:critical|blocker|blocking|must|must_pass|required|mandatory|high)$/.test(word) ||
    /critical|must_pass/.test(word)
  )
    return "critical";
  if (
    /^(?:important|major|should|should_pass|medium|warning|recommended)$/.test(word) ||
    /important|should_pass/.test(word)
  )
    return "important";
  if (
    /^(?:enhancement|minor|nice_to_have|low|info|informational|optional|advisory)$/.test(word) ||
    /nice_to_have/.test(word)
  )
    return "enhancement";
  return null;
}

function severityOfFields(source: YamlSource, fields: ReadonlyMap<string, YamlPair>): Severity | null {
  const word =
    source.textOf(fields.get("severity")?.value) ??
    source.textOf(fields.get("enforcement")?.value) ??
    source.textOf(fields.get("level")?.value);
  const named = word === null ? null : severityOfWord(normalKey(word));
  if (named !== null) return named;
  for (const key of ["blocking", "required", "blocker"]) {
    const flag = source.textOf(fields.get(key)?.value);
    if (flag === "true") return "critical";
    if (flag === "false") return "important";
  }
  return null;
}
