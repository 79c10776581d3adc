import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pad, textWidth, truncate, wrapProse } from "./text-width.ts";

describe("textWidth", () => {
  it.each([
    ["", 0],
    ["plain", 5],
    ["é", 1],
    ["e\u0301", 1],
    ["限流", 4],
    ["한글", 4],
    ["\u1112\u1161\u11ab", 2],
    ["ｶﾅ", 2],
    ["Ａ", 2],
    ["✅", 2],
    ["⏳", 2],
    ["✔", 1],
    ["✔\ufe0f", 2],
    ["✅\ufe0e", 1],
    ["👩‍👩‍👧", 2],
    ["🇫🇷", 2],
    ["a\u200bb", 2],
    ["\u001b[31mred\u001b[39m", 3],
    ["𠀀", 2],
  ])("measures %j as %i cells", (text, cells) => {
    expect(textWidth(text)).toBe(cells);
  });
});

describe("truncate", () => {
  it("leaves what fits", () => {
    expect(truncate("abc", 3)).toBe("abc");
    expect(truncate("限流", 4)).toBe("限流");
  });

  it("ends a longer text in an ellipsis within the cells", () => {
    expect(truncate("abcdef", 4)).toBe("abc…");
    expect(truncate("abcdef", 5, "...")).toBe("ab...");
  });

  it("does not cut a wide character or an emoji in two", () => {
    expect(truncate("限流限流", 4)).toBe("限…");
    expect(truncate("a👩‍👩‍👧b", 3)).toBe("a…");
  });

  it("closes a colour that it cut into and does not count it", () => {
    const cut = truncate("\u001b[31mabcdef\u001b[39m", 4);
    expect(textWidth(cut)).toBe(4);
    expect(cut.endsWith("\u001b[0m")).toBe(true);
  });

  it("gives nothing for no cells and dots where the ellipsis does not fit", () => {
    expect(truncate("abc", 0)).toBe("");
    expect(truncate("abcdef", 2, "...")).toBe("..");
  });

  it("is never wider than asked, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.nat(40), (text, cells) => {
        expect(textWidth(truncate(text, cells))).toBeLessThanOrEqual(cells);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe("pad", () => {
  it("fills by cells, not by characters, at either side", () => {
    expect(pad("限", 4)).toBe("限  ");
    expect(pad("7", 3, "right")).toBe("  7");
    expect(pad("longer", 3)).toBe("longer");
  });
});

describe("wrapProse", () => {
  it("breaks at blanks and leaves a long word whole", () => {
    expect(wrapProse("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrapProse("a verylongword b", 4)).toEqual(["a", "verylongword", "b"]);
    expect(wrapProse("  ", 4)).toEqual([]);
  });
});
