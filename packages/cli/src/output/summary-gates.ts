import { countGates, gateName, hasTurned, notOpen, reasonText, standingOf } from "../report/gate-standing.ts";
import type { ReportGate, VerificationReport } from "../report/report-model.ts";
import { sidecarLines, sidecarName } from "../report/sidecar-lines.ts";
import { counted } from "./counted.ts";
import { manyLines, oneLine } from "./plain-text.ts";
import type { Style } from "./style.ts";
import { commandLine, moreLine, proseLines } from "./summary-section.ts";
import { type Column, tableLines } from "./table.ts";
import { standingMark } from "./verdict-mark.ts";

const GATES_SHOWN = 20;
const TURNED_SHOWN = 10;
const BINDINGS_SHOWN = 10;
const DETAIL_INDENT = 10;

/** How many gates stand how, by severity; a plan without gates is told how to get one. */
export function gateCountLines(report: VerificationReport, style: Style): string[] {
  if (report.gates.length === 0) return NO_GATES;
  const { of, severities, standings } = countGates(report.gates);
  const columns: Column[] = [
    { header: counted(report.gates.length, "gate") },
    ...standings.map((standing): Column => ({ header: `${style.glyphs[standing]} ${standing}`, align: "right" })),
  ];
  const rows = severities.map((severity) => [
    `  ${severity}`,
    ...standings.map((standing) => String(of[severity][standing])),
  ]);
  return tableLines(columns, rows, style);
}

const NO_GATES: readonly string[] & string[] = [
  "No gates. A gate is a threshold at a place in the plan; add one as a line such as",
  "  - [ ] Line coverage: >=90%",
  "below the item it decides about, with the check that measures it:",
  "  **Automated Checks**: npm run coverage",
];

/** Gates that hold: one row each, with what was measured and what to do below it. */
export function gateLines(report: VerificationReport, style: Style): string[] {
  const holding = notOpen(report.gates);
  const shown = holding.slice(0, GATES_SHOWN);
  const table = tableLines(
    GATE_COLUMNS,
    shown.map((gate) => gateRow(gate, style)),
    style,
    { indent: 2 },
  );
  const [header, ...rows] = table;
  if (header === undefined) return [];
  const lines = rows.flatMap((row, index) => {
    const gate = shown[index];
    if (gate === undefined) return [row];
    const isFirst = gate.severity !== shown[index - 1]?.severity;
    return [...(isFirst ? [`  ${gate.severity}`] : []), row, ...detailLines(gate, style)];
  });
  return [header, ...lines, ...moreLine(holding.length - shown.length, " in the report", style)];
}

const GATE_COLUMNS: readonly Column[] = [
  { header: "line", align: "right" },
  { header: "verdict" },
  { header: "gate", flexible: true },
  { header: "asked", flexible: true },
  { header: "reason" },
];

function gateRow(gate: ReportGate, style: Style): string[] {
  return [
    String(gate.line),
    standingMark(standingOf(gate), style),
    oneLine(gateName(gate)),
    oneLine(gate.text),
    reasonText(gate.reason),
  ];
}

function detailLines(gate: ReportGate, style: Style): string[] {
  // What to do about an unbound gate stands once, with the sidecar lines of all of them.
  if (gate.reason === "unbound" && gate.suggestion !== null) return [];
  const lines = proseLines(oneLine(gate.explanation), DETAIL_INDENT, style)
    .slice(0, 3)
    .map((line) => style.paint.dim(line));
  if (gate.hint !== null) lines.push(...proseLines(`hint: ${oneLine(gate.hint)}`, DETAIL_INDENT, style).slice(0, 2));
  if (gate.next !== null) lines.push(commandLine(oneLine(gate.next), DETAIL_INDENT, style));
  return lines;
}

/** Gates whose verdict changed while the command ran: `fail → pass`. */
export function turnedLines(report: VerificationReport, style: Style): string[] {
  const turned = report.gates.filter(hasTurned);
  const rows = turned
    .slice(0, TURNED_SHOWN)
    .map((gate) => [String(gate.line), oneLine(gateName(gate)), turnText(gate, style)]);
  const columns: Column[] = [
    { header: "line", align: "right" },
    { header: "gate", flexible: true },
    { header: "verdicts, oldest first" },
  ];
  return [
    ...tableLines(columns, rows, style, { indent: 2 }),
    ...moreLine(turned.length - rows.length, " in the report", style),
  ];
}

/** The verdicts of a gate in order, without repeats in a row; the middle of a long history is left out. */
function turnText(gate: ReportGate, style: Style): string {
  const verdicts = gate.turns.map((turn) => turn.verdict).filter((verdict, index, all) => verdict !== all[index - 1]);
  const shown = verdicts.length > 4 ? [verdicts[0], style.glyphs.ellipsis, ...verdicts.slice(-2)] : verdicts;
  return shown.join(` ${style.glyphs.arrow} `);
}

/** Waived gates: they open on a person's word, so they are shown with it. */
export function waivedLines(report: VerificationReport, style: Style): string[] {
  const waived = report.gates.filter((gate) => standingOf(gate) === "waived");
  const columns: Column[] = [
    { header: "line", align: "right" },
    { header: "verdict" },
    { header: "gate", flexible: true },
    { header: "by whom and why", flexible: true },
  ];
  const rows = waived.map((gate) => [
    String(gate.line),
    standingMark("waived", style),
    oneLine(gateName(gate)),
    oneLine(gate.explanation),
  ]);
  return tableLines(columns, rows, style, { indent: 2 });
}

/** The sidecar lines that would bind the gates nothing speaks for. */
export function bindLines(report: VerificationReport, style: Style): string[] {
  const unbound = notOpen(report.gates).filter((gate) => gate.suggestion !== null);
  const { gates, lines } = sidecarLines(unbound, BINDINGS_SHOWN);
  if (gates === 0) return [];
  const file = sidecarName(oneLine(report.plan.path));
  return [
    `  Add to ${file}, naming the check that measures each:`,
    ...lines.flatMap((block) => manyLines(block).split("\n")).map((line) => `    ${line}`),
    ...moreLine(unbound.length - gates, ", all in the report", style),
  ];
}
