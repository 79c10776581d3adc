import type { ProblemReport } from "@holdpoint/contract";
import { HoldpointError, problem } from "@holdpoint/core";
import { outputProblems } from "./output.problems.ts";
import { manyLines, oneLine } from "./plain-text.ts";
import type { Style } from "./style.ts";

/** A problem as a machine reads it. */
export interface ProblemJson extends ProblemReport {
  /** Only with `HOLDPOINT_DEBUG=1`. */
  readonly stack?: string;
}

/** Whether stacks are shown: `HOLDPOINT_DEBUG=1`. */
export function wantsDebug(env: Readonly<Record<string, string | undefined>>): boolean {
  return env["HOLDPOINT_DEBUG"] === "1";
}

/** The catalogued problem behind whatever was thrown; anything unknown is HP9000, with its message and no stack. */
export function toProblem(thrown: unknown): HoldpointError {
  if (thrown instanceof HoldpointError) return thrown;
  return problem(outputProblems, "HP9000", { what: whatWasThrown(thrown) }, { cause: thrown });
}

/**
 * A problem for people: code and title, where, what happened, what to do, and the page about it. Message and remedy
 * each stand on one line, so that a log can be searched for them and a command in them can be copied.
 *
 * @param debug also shows the stack and the cause
 */
export function problemText(thrown: unknown, style: Style, debug = false): string {
  const found = toProblem(thrown);
  const { paint, glyphs } = style;
  const at = placeText(found);
  const lines = [
    `${paint.red(`${glyphs.fail} ${found.code}`)}  ${paint.bold(oneLine(found.definition.title))}`,
    ...(at === "" ? [] : [INDENT + paint.cyan(at)]),
    INDENT + oneLine(found.message),
    `${INDENT}${glyphs.arrow} ${oneLine(found.remedy)}`,
    INDENT + paint.dim(docsPage(found.code)),
    ...(debug ? ["", manyLines(stackText(found))] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** A problem for machines. */
export function problemJson(thrown: unknown, debug = false): ProblemJson {
  const found = toProblem(thrown);
  return {
    schema: "holdpoint/problem/v1",
    code: found.code,
    title: found.definition.title,
    message: found.message,
    file: found.place.file ?? null,
    line: found.place.line ?? null,
    field: found.place.field ?? null,
    remedy: found.remedy,
    exit: found.definition.exit,
    docs: docsPage(found.code),
    ...(debug ? { stack: stackText(found) } : {}),
  };
}

const INDENT = "  ";

function docsPage(code: string): string {
  return `docs/problems/${code}.md`;
}

function placeText({ place }: HoldpointError): string {
  const parts = [place.file, place.line === undefined ? undefined : String(place.line), place.field];
  const [file, line, field] = parts.map((part) => (part === undefined ? undefined : oneLine(part)));
  const where =
    file === undefined
      ? line === undefined
        ? undefined
        : `line ${line}`
      : line === undefined
        ? file
        : `${file}:${line}`;
  return [where, field].filter((part) => part !== undefined && part !== "").join(":");
}

function whatWasThrown(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message === "" ? thrown.name : thrown.message;
  return typeof thrown === "string" && thrown !== "" ? thrown : `a thrown ${thrown === null ? "null" : typeof thrown}`;
}

function stackText(found: HoldpointError): string {
  const stacks: string[] = [];
  let error: unknown = found;
  // A cause may point back at itself.
  while (error instanceof Error && stacks.length < 8) {
    stacks.push(error.stack ?? `${error.name}: ${error.message}`);
    error = error.cause;
  }
  return stacks.join("\ncaused by: ");
}
