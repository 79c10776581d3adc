/** One line of a TAP document, understood. `depth` is its subtest level, 4 spaces each. */
export type TapLine =
  | { readonly kind: "version"; readonly version: number }
  | { readonly kind: "plan"; readonly depth: number; readonly count: number }
  | {
      readonly kind: "point";
      readonly depth: number;
      readonly ok: boolean;
      readonly id: number | null;
      readonly name: string;
      readonly directive: "skip" | "todo" | null;
    }
  | { readonly kind: "bail"; readonly reason: string }
  | { readonly kind: "subtest"; readonly depth: number; readonly name: string }
  | { readonly kind: "failures"; readonly count: number }
  | { readonly kind: "yaml"; readonly indent: number }
  | { readonly kind: "other" };

const INDENT = 4;
const OTHER: TapLine = { kind: "other" };

/**
 * Reads one line by TAP 13 and 14 (https://testanything.org/tap-version-14-specification.html).
 *
 * What is none of their lines is `other` and says nothing.
 */
export function readTapLine(raw: string): TapLine {
  const text = raw.trim();
  const indent = raw.length - raw.trimStart().length;
  if (text === "---") return { kind: "yaml", indent };
  const subtest = /^# Subtest(?:: (.*))?$/.exec(text);
  if (subtest !== null) return { kind: "subtest", depth: Math.floor(indent / INDENT), name: subtest[1] ?? "" };
  const version = /^TAP version (\d{1,4})$/.exec(raw.trimEnd());
  if (version !== null) return { kind: "version", version: Number(version[1]) };
  const failures = /^# (?:fail|failed|cancelled) {1,3}(\d{1,9})$/.exec(raw.trimEnd());
  if (failures !== null) return { kind: "failures", count: Number(failures[1]) };
  if (/^Bail out!/i.test(text)) return { kind: "bail", reason: text.slice(9).trim() };
  if (indent % INDENT !== 0 || !/^ *$/.test(raw.slice(0, indent))) return OTHER;
  return planOrPoint(text, indent / INDENT);
}

function planOrPoint(text: string, depth: number): TapLine {
  const plan = /^1\.\.(\d{1,9})(?:\s*#.*)?$/.exec(text);
  if (plan !== null) return { kind: "plan", depth, count: Number(plan[1]) };
  const point = /^(not )?ok(?:\s+(\d{1,9})(?=\s|$))?(?:\s+(.*))?$/.exec(text);
  if (point === null) return OTHER;
  const rest = point[3] ?? "";
  const directive = /(?:^|\s)#\s*(skip|todo)/i.exec(rest);
  return {
    kind: "point",
    depth,
    ok: point[1] === undefined,
    id: point[2] === undefined ? null : Number(point[2]),
    name: (directive === null ? rest : rest.slice(0, directive.index)).replace(/^-\s*/, "").trim(),
    directive: directive === null ? null : directive[1]?.toLowerCase() === "skip" ? "skip" : "todo",
  };
}
