import { type HoldpointError, problem } from "@holdpoint/core";
import { readSidecarText } from "./read-sidecar-text.ts";
import { sidecarFileProblems } from "./sidecar.problems.ts";
import { type SidecarText, sidecarSchema } from "./sidecar-file.ts";
import { readYamlAs } from "./yaml-reading.ts";
import { appendItem, type SplicePath, setField } from "./yaml-splice.ts";
import { type FieldMap, fieldLines, itemLines } from "./yaml-text.ts";

/** One change of a sidecar: the fields of the gate or check with this name, which is added when it is not there. */
export type SidecarChange =
  | {
      readonly kind: "gate";
      readonly key: string;
      /** Keys as in the file (`minTier`, `maxAge`); fields that are not named stay as they are. */
      readonly set: FieldMap;
    }
  | { readonly kind: "check"; readonly id: string; readonly set: FieldMap };

const FIRST_LINE = "holdpoint: sidecar/v1";

/**
 * Changes a sidecar by splicing text, so that comments, order, quotes, blank lines and line ends stay byte for byte.
 *
 * The result is read again and compared with what was asked for before it is returned; where a file is written in a way
 * that a splice cannot follow (anchors, a block of lines in place of one value), nothing is changed.
 *
 * @param text the file as it is; empty for a new one
 * @param file its name, for messages
 * @returns the new text; the same text when it says so already
 * @throws HP2201 to HP2203 when the file or the change does not fit, HP2204 when it cannot be changed in place
 */
export function editSidecar(text: string, change: SidecarChange, file: string): string {
  if (text.startsWith("\uFEFF")) return `\uFEFF${editSidecar(text.slice(1), change, file)}`;
  if (text.trim() === "")
    return checked({ holdpoint: "sidecar/v1" }, `${FIRST_LINE}\n${section(change)}`, change, file);
  const { value: before } = readSidecarText(text, file);
  if (stable(before) === stable(applied(before, change))) return text;
  const after = change.kind === "gate" ? editGate(text, before, change) : editCheck(text, before, change);
  if (after === null) throw cannot(change, file, "it is laid out in a way that cannot be followed");
  return checked(before, after, change, file);
}

function editGate(text: string, before: SidecarText, change: Extract<SidecarChange, { kind: "gate" }>): string | null {
  if (before.gates == null) return setField(text, [], "gates", { [change.key]: change.set });
  if (before.gates[change.key] === undefined) return setField(text, ["gates"], change.key, change.set);
  return setAll(text, ["gates", change.key], change.set);
}

function editCheck(
  text: string,
  before: SidecarText,
  change: Extract<SidecarChange, { kind: "check" }>,
): string | null {
  const fields = { id: change.id, ...change.set };
  if (before.checks == null) return insertSection(text, itemLines(fields, 2));
  if (before.checks.some((check) => check.id === change.id)) {
    return setAll(text, ["checks", { field: "id", is: change.id }], change.set);
  }
  return appendItem(text, ["checks"], fields);
}

function setAll(text: string, path: SplicePath, set: FieldMap): string | null {
  let result: string | null = text;
  for (const [key, value] of Object.entries(set)) {
    if (result !== null) result = setField(result, path, key, value);
  }
  return result;
}

/** Adds the list of checks to a file that has none: a marker is spliced in and becomes the lines of the list. */
function insertSection(text: string, lines: readonly string[]): string | null {
  const marker = "holdpoint-checks-go-here";
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  if (text.includes(marker)) return null;
  return setField(text, [], "checks", marker)?.replace(` ${marker}`, () => `${eol}${lines.join(eol)}`) ?? null;
}

/** The lines that a new file would hold for this change; also what a person is told to add by hand. */
function section(change: SidecarChange): string {
  const lines =
    change.kind === "gate"
      ? fieldLines("gates", { [change.key]: change.set }, 0, 2, 2)
      : ["checks:", ...itemLines({ id: change.id, ...change.set }, 2)];
  return `${lines.join("\n")}\n`;
}

/** The result must be a good sidecar that holds the change and in which nothing else has moved. */
function checked(before: SidecarText, after: string, change: SidecarChange, file: string): string {
  const now = readYamlAs(sidecarSchema, after);
  if (!now.ok) {
    const [{ kind, field, what }] = now.faults;
    if (kind === "syntax") throw cannot(change, file, "the result could not be read");
    throw problem(
      sidecarFileProblems,
      kind === "key" ? "HP2202" : "HP2203",
      { file, field, what, more: "" },
      { file, field },
    );
  }
  if (stable(now.value) !== stable(applied(before, change)))
    throw cannot(change, file, "something else would change with it");
  return after;
}

/** What the change means, apart from any text. */
function applied(to: SidecarText, change: SidecarChange): unknown {
  if (change.kind === "gate") {
    return { ...to, gates: { ...to.gates, [change.key]: { ...to.gates?.[change.key], ...change.set } } };
  }
  const checks = to.checks ?? [];
  const known = checks.some((check) => check.id === change.id);
  const changed = checks.map((check) => (check.id === change.id ? { ...check, ...change.set } : check));
  return { ...to, checks: known ? changed : [...changed, { id: change.id, ...change.set }] };
}

/** JSON with sorted keys, to compare values apart from the order they were written in. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function cannot(change: SidecarChange, file: string, why: string): HoldpointError {
  return problem(sidecarFileProblems, "HP2204", { file, why, lines: section(change).trimEnd() }, { file });
}
