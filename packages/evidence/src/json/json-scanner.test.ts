import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { StopReading } from "../oddities.ts";
import { DEFAULT_LIMITS } from "../reading.ts";
import type { JsonValue } from "./json-scanner.ts";
import { JsonScanner } from "./json-scanner.ts";

// The same cases in every run: a failure can be looked at, and a pass means the same everywhere.
fc.configureGlobal({ seed: 1 });

/** What the scanner finds at `path`, with the document cut into pieces. */
function scan(
  text: string,
  path: string,
  pieceChars = text.length || 1,
  limits = DEFAULT_LIMITS,
): readonly JsonValue[] {
  const found: JsonValue[] = [];
  const scanner = new JsonScanner(
    { wants: (at) => at === path, value: (_path, value) => void found.push(value) },
    limits,
  );
  for (let at = 0; at < text.length; at += pieceChars) scanner.write(text.slice(at, at + pieceChars));
  scanner.end();
  return found;
}

function accepts(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof StopReading || error instanceof SyntaxError) return false;
    throw error;
  }
}

describe("the JSON scanner", () => {
  it("finds what JSON.parse finds, in pieces of any size", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.integer({ min: 1, max: 9 }), (text, pieceChars) => {
        fc.pre(!/"__proto__"/.test(text));
        expect(scan(`{"wanted": ${text} , "other": ${text}}`, "wanted", pieceChars)).toEqual([JSON.parse(text)]);
      }),
      { numRuns: 300 },
    );
  });

  it("accepts exactly what JSON.parse accepts, in pieces of any size", () => {
    const signs = ["{", "}", "[", "]", ",", ":", '"a"', '"b"', "1", "-", "true", "nul", " ", "\\", '"', "1e5", "01"];
    const parts = fc.array(fc.constantFrom(...signs), { maxLength: 8 });
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 4 }), (texts, pieceChars) => {
        const text = texts.join("");
        // Keys that repeat are refused here and not there.
        fc.pre(!/"a".*"a"|"b".*"b"/.test(text));
        expect(accepts(() => scan(text, "-", pieceChars))).toBe(accepts(() => JSON.parse(text)));
      }),
      { numRuns: 3000 },
    );
  });

  it("names the entries of lists by a star and escapes keys that look like paths", () => {
    expect(scan('{"a":[{"b":1},{"b":2}],"a/*/b":3}', "a/*/b")).toEqual([1, 2]);
    expect(scan('{"a/*":3}', "a~1~2")).toEqual([3]);
  });

  it("finds values whose keys are written with escapes", () => {
    expect(scan(String.raw`{"\u0061":1}`, "a", 1)).toEqual([1]);
  });

  it.each([
    ["the same key twice", '{"a":1,"a":2}'],
    ["the same key written in two ways", String.raw`{"a":1,"\u0061":2}`],
    ["something after its end", "{} {}"],
    ["a control character in a string", '{"a":"\u0001"}'],
    ["an unknown escape", String.raw`{"a":"\x"}`],
    ["a comma too many", "[1,]"],
    ["an entry without a comma", "[1 2]"],
    ["a number that is none", "[1.]"],
    ["an endless number", `[${"1".repeat(2000)}]`],
  ])("refuses %s", (_what, text) => {
    expect(() => scan(text, "-")).toThrow(expect.objectContaining({ anomaly: "malformed" }));
  });

  it.each(["", "{", '{"a', '{"a":', "[1", '"a'])("says that %j breaks off", (text) => {
    expect(() => scan(text, "-")).toThrow(expect.objectContaining({ anomaly: "truncated" }));
  });

  it("takes a bare number at the end of the document", () => {
    expect(scan("12", "")).toEqual([12]);
  });

  it("bounds nesting, keys and wanted values", () => {
    expect(() => scan("[".repeat(9), "-", 1, { ...DEFAULT_LIMITS, maxDepth: 5 })).toThrow("deeper than 5");
    expect(() => scan('{"a":1,"b":2}', "-", 1, { ...DEFAULT_LIMITS, maxEntries: 1 })).toThrow("too many keys");
    expect(() => scan('{"aaaaaa":1}', "-", 1, { ...DEFAULT_LIMITS, maxLineChars: 3 })).toThrow("key is too long");
    expect(() => scan('{"a":"xxxxxxxxxx"}', "a", 1, { ...DEFAULT_LIMITS, maxValueChars: 5 })).toThrow("longer than 5");
  });
});
