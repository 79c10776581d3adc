import { describe, expect, it } from "vitest";
import { bar, createStyle, type StyleSource, styleFor } from "./style.ts";
import { standingMark, verifiedMark } from "./verdict-mark.ts";

const UTF8 = { LANG: "en_GB.UTF-8" };
const made = (over: Partial<StyleSource>) => createStyle({ isTerminal: true, columns: 80, env: UTF8, ...over });

describe("colour", () => {
  it("is on on a terminal and off into a pipe", () => {
    expect(made({}).color).toBe(true);
    expect(made({ isTerminal: false }).color).toBe(false);
    expect(made({ isTerminal: false }).paint.red("x")).toBe("x");
  });

  it("is off with NO_COLOR, even when forced, unless NO_COLOR is empty", () => {
    expect(made({ env: { NO_COLOR: "1" } }).color).toBe(false);
    expect(made({ env: { NO_COLOR: "1", FORCE_COLOR: "1" } }).color).toBe(false);
    expect(made({ env: { NO_COLOR: "" } }).color).toBe(true);
  });

  it("is forced into a pipe by FORCE_COLOR, and off with FORCE_COLOR=0 or false", () => {
    expect(made({ isTerminal: false, env: { FORCE_COLOR: "1" } }).color).toBe(true);
    expect(made({ env: { FORCE_COLOR: "0" } }).color).toBe(false);
    expect(made({ env: { FORCE_COLOR: "false" } }).color).toBe(false);
    expect(made({ env: { FORCE_COLOR: "" } }).color).toBe(true);
  });

  it("is off on a dumb terminal", () => {
    expect(made({ env: { TERM: "dumb" } }).color).toBe(false);
  });
});

describe("marks", () => {
  it("are ASCII where the locale is not UTF-8, LC_ALL before LC_CTYPE before LANG", () => {
    expect(made({ env: {} }).unicode).toBe(false);
    expect(made({ env: { LC_ALL: "C", LANG: "C.UTF-8" } }).unicode).toBe(false);
    expect(made({ env: { LC_ALL: "", LC_CTYPE: "de_DE.utf8", LANG: "C" } }).unicode).toBe(true);
    expect(made({ env: { ...UTF8, TERM: "linux" } }).unicode).toBe(false);
    const glyphs = Object.values(made({ env: {} }).glyphs).join("");
    expect(glyphs).toMatch(/^[ -~]+$/);
  });

  it.each([UTF8, {}])("have a shape of their own and the word beside it (%j)", (env) => {
    const style = made({ isTerminal: false, env });
    const marks = (["pass", "waived", "stale", "fail", "inconclusive"] as const).map((standing) => {
      const mark = standingMark(standing, style);
      expect(mark).toContain(standing);
      return mark.split(" ")[0];
    });
    expect(new Set(marks).size).toBe(marks.length);
  });

  it("say of an item what gates say in a word", () => {
    const style = made({ isTerminal: false });
    for (const verified of ["verified", "failed", "inconclusive", "open"] as const)
      expect(verifiedMark(verified, style)).toContain(verified);
  });
});

describe("width", () => {
  it("is the terminal's, else COLUMNS, else 80, and 100 into a pipe", () => {
    expect(made({ columns: 120 }).columns).toBe(120);
    expect(made({ columns: undefined, env: { COLUMNS: "90" } }).columns).toBe(90);
    expect(made({ columns: undefined }).columns).toBe(80);
    expect(made({ columns: undefined, isTerminal: false }).columns).toBe(100);
    expect(made({ columns: 0, env: { COLUMNS: "wide" } }).columns).toBe(80);
  });

  it("stays within 40 and 160", () => {
    expect(made({ columns: 10 }).columns).toBe(40);
    expect(made({ columns: 1000 }).columns).toBe(160);
  });
});

describe("styleFor", () => {
  it("reads a stream that is no terminal as a pipe", () => {
    const stream = { write: () => true } as unknown as NodeJS.WritableStream;
    expect(styleFor(stream, UTF8).color).toBe(false);
  });

  it("reads the size of a terminal", () => {
    const stream = { isTTY: true, columns: 66 } as unknown as NodeJS.WritableStream;
    expect(styleFor(stream, UTF8)).toMatchObject({ color: true, columns: 66 });
  });
});

describe("bar", () => {
  it("has the asked number of cells", () => {
    expect(bar(0.5, 10, made({ isTerminal: false, env: {} }))).toBe("#####-----");
  });
});
