import type { ReportGate } from "./report-model.ts";

/** Sidecar lines that bind several gates, under one heading each. */
export interface SidecarLines {
  /** How many gates these lines would bind. */
  readonly gates: number;
  /** The lines to add, as they stand in the file. */
  readonly lines: readonly string[];
}

/**
 * Puts the suggestions of several gates together as one piece of YAML.
 *
 * A suggestion is an entry below `gates:`, or YAML with top-level keys of its own; each top-level key is written once,
 * with all entries under it in order, and an entry that two gates share (the same check) only once.
 *
 * @param limit the greatest number of gates to take
 */
export function sidecarLines(gates: readonly ReportGate[], limit: number = Number.POSITIVE_INFINITY): SidecarLines {
  const sections = new Map<string, string[]>();
  const suggested = gates.filter((gate) => gate.suggestion !== null && gate.suggestion.trim() !== "").slice(0, limit);
  for (const gate of suggested) addSuggestion(sections, gate.suggestion ?? "");
  return {
    gates: suggested.length,
    lines: [...sections].flatMap(([head, entries]) => [head, ...entries]),
  };
}

const GATES = "gates:";

/** The sidecar's file name beside a plan: `PLAN.md` has `PLAN.holdpoint.yaml`. */
export function sidecarName(planPath: string): string {
  return `${planPath.replace(/\.[^./\\]+$/, "")}.holdpoint.yaml`;
}

function addSuggestion(sections: Map<string, string[]>, suggestion: string): void {
  let head = GATES;
  for (const entry of entriesOf(suggestion)) {
    if (entry.indent === 0 && entry.lines.length === 1 && /:\s*$/.test(entry.lines[0] ?? "")) {
      head = (entry.lines[0] ?? "").trimEnd();
      if (!sections.has(head)) sections.set(head, []);
      continue;
    }
    const block = entry.lines.join("\n");
    const under = sections.get(head) ?? [];
    if (!under.includes(block)) sections.set(head, [...under, block]);
  }
}

/** A line with the deeper ones below it; top-level keys stand alone, so that what is under them can be merged. */
function entriesOf(suggestion: string): { indent: number; lines: string[] }[] {
  const entries: { indent: number; lines: string[] }[] = [];
  for (const line of suggestion.split("\n")) {
    if (line.trim() === "") continue;
    const indent = line.length - line.trimStart().length;
    const last = entries.at(-1);
    if (last !== undefined && last.indent > 0 && indent > last.indent) last.lines.push(line.trimEnd());
    else entries.push({ indent, lines: [line.trimEnd()] });
  }
  return entries;
}
