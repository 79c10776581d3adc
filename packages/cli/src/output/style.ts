import colors from "picocolors";
import { filledCells } from "./share-text.ts";

/** How text for people is drawn on one stream: colours, marks and width. Made once per stream with {@link createStyle}. */
export interface Style {
  readonly color: boolean;
  /** False when the locale is not UTF-8: marks, bars and dots are then ASCII. */
  readonly unicode: boolean;
  /** Width in cells. */
  readonly columns: number;
  readonly paint: Paint;
  readonly glyphs: Glyphs;
}

/** Colour functions; each gives the text back unchanged where colours are off. */
export type Paint = Readonly<Record<"bold" | "dim" | "red" | "green" | "yellow" | "cyan", (text: string) => string>>;

/** Marks of one cell each (but the ellipsis and arrow in ASCII). A mark never stands without its word. */
export interface Glyphs {
  readonly pass: string;
  readonly fail: string;
  readonly inconclusive: string;
  readonly waived: string;
  readonly stale: string;
  readonly running: string;
  readonly waiting: string;
  readonly held: string;
  readonly full: string;
  readonly empty: string;
  readonly dot: string;
  readonly ellipsis: string;
  readonly arrow: string;
  readonly rule: string;
}

/** What the style depends on. */
export interface StyleSource {
  readonly isTerminal: boolean;
  /** Columns of the terminal, where known. */
  readonly columns: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const TERMINAL_COLUMNS = 80;
const PIPE_COLUMNS = 100;
const MIN_COLUMNS = 40;
const MAX_COLUMNS = 160;

/**
 * Decides how to draw.
 *
 * Colours: only on a terminal that is not `TERM=dumb`; `NO_COLOR` (not empty) turns them off and wins over `FORCE_COLOR`,
 * which turns them on anywhere unless it is `0` or `false`. Marks: Unicode where `LC_ALL`, else `LC_CTYPE`, else `LANG`
 * names UTF-8. Width: the terminal's, else `COLUMNS`, else 80 (100 into a pipe), within 40..160.
 *
 * See https://no-color.org and https://force-color.org.
 */
export function createStyle(source: StyleSource): Style {
  const color = wantsColor(source);
  const unicode = speaksUtf8(source.env);
  const paint = colors.createColors(color);
  return { color, unicode, columns: width(source), paint, glyphs: unicode ? UNICODE : ASCII };
}

/** The style for a stream such as `process.stderr`. */
export function styleFor(stream: NodeJS.WritableStream, env: StyleSource["env"]): Style {
  const isTerminal = "isTTY" in stream && stream.isTTY === true;
  const columns = "columns" in stream && typeof stream.columns === "number" ? stream.columns : undefined;
  return createStyle({ isTerminal, columns, env });
}

/** A bar of `cells` for a share 0..1: full only when the share is whole. */
export function bar(share: number, cells: number, style: Style): string {
  const filled = filledCells(share, cells);
  return style.glyphs.full.repeat(filled) + style.paint.dim(style.glyphs.empty.repeat(cells - filled));
}

function wantsColor({ env, isTerminal }: StyleSource): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  return isTerminal && env["TERM"] !== "dumb";
}

function speaksUtf8(env: StyleSource["env"]): boolean {
  // The Linux console has a font of 256 or 512 glyphs, which seldom holds the marks.
  if (env["TERM"] === "linux") return false;
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((value) => value !== undefined && value !== "");
  return locale !== undefined && /utf-?8/i.test(locale);
}

function width({ columns, env, isTerminal }: StyleSource): number {
  const said = [columns, Number(env["COLUMNS"])].find(
    (value) => value !== undefined && Number.isInteger(value) && value > 0,
  );
  return Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, said ?? (isTerminal ? TERMINAL_COLUMNS : PIPE_COLUMNS)));
}

const UNICODE: Glyphs = {
  pass: "✓",
  fail: "✗",
  inconclusive: "?",
  waived: "~",
  stale: "◌",
  running: "▸",
  waiting: "○",
  held: "◆",
  full: "█",
  empty: "░",
  dot: "·",
  ellipsis: "…",
  arrow: "→",
  rule: "─",
};

const ASCII: Glyphs = {
  pass: "+",
  fail: "x",
  inconclusive: "?",
  waived: "~",
  stale: "%",
  running: ">",
  waiting: ".",
  held: "!",
  full: "#",
  empty: "-",
  dot: "-",
  ellipsis: "...",
  arrow: "->",
  rule: "-",
};
