import type { Style } from "./style.ts";
import { truncate, wrapProse } from "./text-width.ts";

/** A titled block of lines, or nothing when there are none. */
export function section(title: string, lines: readonly string[], style: Style): string[] {
  return lines.length === 0 ? [] : [style.paint.bold(title), ...lines];
}

/** The note under a list that was cut: `  … and 12 more`. */
export function moreLine(left: number, where: string, style: Style): string[] {
  return left <= 0 ? [] : [`  ${style.paint.dim(`${style.glyphs.ellipsis} and ${left} more${where}`)}`];
}

/** Prose under an indent, broken at spaces to fit; a word longer than the line is cut. */
export function proseLines(text: string, indent: number, style: Style): string[] {
  const room = style.columns - indent;
  return wrapProse(text, room).map((line) => " ".repeat(indent) + truncate(line, room, style.glyphs.ellipsis));
}

/** A command to copy, after an arrow; never broken and never cut. */
export function commandLine(command: string, indent: number, style: Style): string {
  return `${" ".repeat(indent)}${style.paint.cyan(`${style.glyphs.arrow} ${command}`)}`;
}
