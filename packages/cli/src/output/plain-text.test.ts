import { describe, expect, it } from "vitest";
import { manyLines, oneLine, shellWord } from "./plain-text.ts";

describe("oneLine", () => {
  it("takes terminal sequences out of a title", () => {
    expect(oneLine("\u001b[31mred\u001b[0m \u001b]0;owned\u0007title\u001bc\u009b2J")).toBe("red title");
  });

  it("takes out an unfinished sequence without taking the text after a line end", () => {
    expect(oneLine("a\u001b[")).not.toContain("\u001b");
    expect(oneLine("a\u001b]8;;http://x\u001b\\b")).toBe("ab");
  });

  it("joins lines and blanks to one line", () => {
    expect(oneLine("  one\r\n\ttwo\u0000three \u2028 four ")).toBe("one two three four");
  });

  it("takes out marks that reorder text", () => {
    expect(oneLine("pass\u202elaif\u2066")).toBe("passlaif");
  });

  it("replaces half of a surrogate pair", () => {
    expect(oneLine("a\ud83d!")).toBe("a\ufffd!");
  });
});

describe("manyLines", () => {
  it("keeps line ends and indentation and nothing that moves a cursor", () => {
    expect(manyLines("gates:\r\n\tcheck: x  \u001b[2J\rlast\u0007")).toBe("gates:\n  check: x\nlast");
  });
});

describe("shellWord", () => {
  it("leaves a plain path as it is", () => {
    expect(shellWord("docs/PLAN.md")).toBe("docs/PLAN.md");
  });

  it("quotes blanks, quotes and signs that a shell would act on", () => {
    expect(shellWord("my plan's $(x).md")).toBe(`'my plan'\\''s $(x).md'`);
  });

  it("keeps a path from being read as an option", () => {
    expect(shellWord("-rf.md")).toBe("./-rf.md");
  });
});
