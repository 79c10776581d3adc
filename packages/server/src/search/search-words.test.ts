import { describe, expect, test } from "vitest";
import { searchWords } from "./search-words.ts";

describe("a search", () => {
  test("is taken apart at all that is no letter or digit, once each", () => {
    const found = searchWords("t", " Build-417 (build) 'x' ");
    expect(found?.words).toEqual(["Build", "417", "build", "x"]);
    expect(found?.given).toBe("Build-417 (build) 'x'");
    expect(searchWords("t", "ab's")).toMatchObject({
      all: "'=t' & ('ab':*) & ('s':*)",
      whole: "('ab') | ('s')",
    });
  });

  test("asks for words beyond ASCII in each shape that a database may have kept", () => {
    expect(searchWords("t", "über")?.whole).toBe("('über' | 'Über')");
    expect(searchWords("t", "ÜBER")?.whole).toBe("('über' | 'Über')");
    expect(searchWords("t", "GRÜN")?.whole).toBe("('grün' | 'grÜn')");
  });

  test("may be the beginning of an id or of a digest", () => {
    expect(searchWords("t", "0190a1b2-c3")).toMatchObject({
      low: "0190a1b2-c300-0000-0000-000000000000",
      high: "0190a1b2-c3ff-ffff-ffff-ffffffffffff",
      digest: null,
    });
    expect(searchWords("t", "sha256:ABCDEF")).toMatchObject({ low: null, digest: "sha256:abcdef" });
    expect(searchWords("t", "abcdef")).toMatchObject({ digest: "sha256:abcdef" });
    expect(searchWords("t", "dead")).toMatchObject({ low: null, digest: null });
  });

  test.each(["", " ", "\0", "%_'\\", "----", "\t\n\u007f"])("without a word is none: %j", (text) => {
    expect(searchWords("t", text)).toBeNull();
  });

  test("looks for composed letters, however they came, and for keys as they were said", () => {
    const apart = "Gru\u0308n";
    expect(searchWords("t", apart)).toMatchObject({ words: ["Gr\u00fcn"], given: apart });
    expect(searchWords("t", apart)?.all).toBe(searchWords("t", "Gr\u00fcn")?.all);
  });

  test("has no halves of characters", () => {
    expect(searchWords("t", "\ud800x")?.words).toEqual(["\u{fffd}x"]);
  });
});
