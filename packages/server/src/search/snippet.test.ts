import { expect, test } from "vitest";
import { snippetOf } from "./snippet.ts";

function marked(text: string, words: readonly string[]): string {
  const { text: shown, marks } = snippetOf(text, words);
  return marks.toReversed().reduce((all, { at, length }) => {
    return `${all.slice(0, at)}[${all.slice(at, at + length)}]${all.slice(at + length)}`;
  }, shown);
}

test("marks where words begin, whatever their case, and nowhere else", () => {
  expect(marked("Build the Builder, rebuild nothing: build_it", ["build"])).toBe(
    "[Build] the [Build]er, rebuild nothing: [build]_it",
  );
  expect(marked("Über grün", ["über", "GR"])).toBe("[Über] [gr]ün");
  expect(marked("u\u0308ber", ["\u00fcber"])).toBe("[\u00fcber]");
  expect(marked("nothing here", ["else"])).toBe("nothing here");
});

test("is one line, cut around the first word", () => {
  const text = `${"word ".repeat(100)}needle${" more".repeat(100)}`;
  const { text: shown, marks } = snippetOf(text, ["needle"]);
  expect(shown).toMatch(/^…word .*needle more.*…$/);
  expect(shown.length).toBeLessThanOrEqual(202);
  expect(shown.slice(marks[0]?.at, (marks[0]?.at ?? 0) + (marks[0]?.length ?? 0))).toBe("needle");
  expect(snippetOf("a\nb\t\u0007c", []).text).toBe("a b c");
});

test("never ends within a character, and marks twenty words at most", () => {
  const { text, marks } = snippetOf("🚀".repeat(300), ["🚀"]);
  expect(text).not.toMatch(/\p{Cs}/u);
  expect(marks).toHaveLength(1);
  expect(snippetOf("a ".repeat(60), ["a"]).marks).toHaveLength(20);
});
