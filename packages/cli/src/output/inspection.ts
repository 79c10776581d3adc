import type { PlanDocument, PlanGate, PlanItem } from "@holdpoint/core";
import { counted } from "./counted.ts";
import { oneLine } from "./plain-text.ts";
import type { Style } from "./style.ts";
import { tableLines } from "./table.ts";
import { claimedText } from "./verdict-mark.ts";

/** How an inspection is shown. */
export interface InspectionView {
  readonly style: Style;
  /** Adds confidence and reason to each item. */
  readonly why: boolean;
  /** Adds the key of each item and gate, by which other commands name them. */
  readonly keys: boolean;
}

/** Most lines that were not understood, and problems, that are listed; the JSON object has all. */
const MOST_LISTED = 20;

/** What the plan says, for people: counts, the tree of items with their claims, gates, checks, problems. */
export function renderInspection(plan: PlanDocument, view: InspectionView): string {
  const { style } = view;
  const lines = [style.paint.bold(oneLine(plan.title) || "(no title)"), style.paint.dim(countsOf(plan)), ""];
  if (plan.items.length === 0)
    lines.push("No items: nothing in this document reads as a phase, step, task or criterion.", "");
  else lines.push(...itemLines(plan, view), "");
  if (plan.gates.length === 0)
    lines.push(
      "No gates: nothing here could ever be verified. State a threshold, such as `- [ ] Unit coverage: >=85%`.",
      "",
    );
  else lines.push(style.paint.bold("Gates"), ...gateLines(plan, view), "");
  if (plan.checks.length > 0) lines.push(style.paint.bold("Checks"), ...checkLines(plan, style), "");
  if (plan.problems.length > 0) lines.push(style.paint.bold("Problems"), ...problemLines(plan, style), "");
  if (plan.notUnderstood.length > 0) lines.push(style.paint.bold("Not understood"), ...leftOut(plan, style), "");
  return `${lines.join("\n").trimEnd()}\n`;
}

function countsOf(plan: PlanDocument): string {
  const count = (kind: PlanItem["kind"]): number => plan.items.filter((item) => item.kind === kind).length;
  const parts = [
    counted(count("phase"), "phase"),
    counted(count("step"), "step"),
    counted(count("task"), "task"),
    count("criterion") === 1 ? "1 criterion" : `${count("criterion")} criteria`,
    counted(plan.gates.length, "gate"),
    counted(plan.checks.length, "check"),
  ];
  return `${parts.join(", ")} in ${plan.format === "yaml" ? "YAML" : "Markdown"}, ${plan.digest.slice(0, 19)}`;
}

function itemLines(plan: PlanDocument, { style, why, keys }: InspectionView): string[] {
  const depths = depthsOf(plan.items);
  const gated = new Map<string, number>();
  for (const gate of plan.gates) if (gate.item !== null) gated.set(gate.item, (gated.get(gate.item) ?? 0) + 1);
  const rows = plan.items.map((item) => {
    const id = item.id === null ? "" : `${item.id} `;
    const gates = gated.get(item.key) ?? 0;
    const cells = [
      String(item.line),
      item.kind,
      `${"  ".repeat(Math.min(depths.get(item.key) ?? 0, 6))}${id}${oneLine(item.title)}`,
      claimedText(item.claimed),
      gates === 0 ? "" : counted(gates, "gate"),
    ];
    const reason = `${item.confidence.toFixed(2)} ${oneLine(item.reason)}`;
    return [...cells, ...(keys ? [item.key] : []), ...(why ? [reason] : [])];
  });
  const columns = [
    { header: "line", align: "right" as const },
    { header: "kind" },
    { header: "item", flexible: true as const },
    { header: "claimed" },
    { header: "gates" },
    ...(keys ? [{ header: "key" }] : []),
    ...(why ? [{ header: "why", flexible: true as const }] : []),
  ];
  return tableLines(columns, rows, style);
}

/** Depth of each item below the top; items whose parent is unknown stand at the top. */
function depthsOf(items: readonly PlanItem[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const item of items) depths.set(item.key, item.parent === null ? 0 : (depths.get(item.parent) ?? -1) + 1);
  return depths;
}

function gateLines(plan: PlanDocument, { style, keys }: InspectionView): string[] {
  const rows = plan.gates.map((gate) => [
    String(gate.line),
    gate.severity,
    gate.metric ?? "",
    oneLine(gate.text),
    understood(gate),
    ...(keys ? [gate.key] : []),
  ]);
  const columns = [
    { header: "line", align: "right" as const },
    { header: "severity" },
    { header: "metric", flexible: true as const },
    { header: "as written", flexible: true as const },
    { header: "understood as" },
    ...(keys ? [{ header: "key" }] : []),
  ];
  return tableLines(columns, rows, style);
}

/** The criterion in one form for all spellings. */
function understood(gate: PlanGate): string {
  const { criterion } = gate;
  if (criterion === null) return "not understood";
  if (criterion.kind === "count") return `all of ${criterion.total}`;
  const unit = criterion.unit ?? "";
  return `${criterion.kind}: ${criterion.op} ${String(criterion.value ?? "")}${unit === "" ? "" : ` ${unit}`}`;
}

function checkLines(plan: PlanDocument, style: Style): string[] {
  const columns = [
    { header: "line", align: "right" as const },
    { header: "command", flexible: true as const },
  ];
  return tableLines(
    columns,
    plan.checks.map((check) => [String(check.line), oneLine(check.command)]),
    style,
  );
}

function problemLines(plan: PlanDocument, style: Style): string[] {
  const shown = plan.problems.slice(0, MOST_LISTED);
  const rows = shown.map((found) => [String(found.line), found.severity, found.code, oneLine(found.message)]);
  const columns = [
    { header: "line", align: "right" as const },
    { header: "severity" },
    { header: "code" },
    { header: "what", flexible: true as const },
  ];
  return [...tableLines(columns, rows, style), ...more(plan.problems.length - shown.length)];
}

function leftOut(plan: PlanDocument, style: Style): string[] {
  const shown = plan.notUnderstood.slice(0, MOST_LISTED);
  const rows = shown.map((part) => [String(part.line), oneLine(part.text), oneLine(part.reason)]);
  const columns = [
    { header: "line", align: "right" as const },
    { header: "text", flexible: true as const },
    { header: "why", flexible: true as const },
  ];
  return [...tableLines(columns, rows, style), ...more(plan.notUnderstood.length - shown.length)];
}

function more(count: number): string[] {
  return count > 0 ? [`and ${count} more; --json has all of them`] : [];
}
