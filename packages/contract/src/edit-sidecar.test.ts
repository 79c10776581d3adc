import { HoldpointError } from "@holdpoint/core";
import { describe, expect, test } from "vitest";
import { editSidecar, type SidecarChange } from "./edit-sidecar.ts";
import { readSidecarText } from "./read-sidecar-text.ts";

const FILE = "PLAN.holdpoint.yaml";

const COMMENTED = `# What proves this plan.
holdpoint:   sidecar/v1   # the format

checks:
  # Runs in a few seconds.
  - id: coverage   # also used by the build
    run: 'node checks/coverage.mjs'
    files: [ build/lcov.info,   build/other.info ]

  - id: load
    run: >
      node checks/load.mjs
      --quick

gates:
  # The one that matters.
  line_coverage: { check: coverage,   metric: line_coverage }   # lcov

  "p95 latency":
      check: load       # from the load test
      minTier: "E2"

# The end.
`;

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof HoldpointError) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

/** Takes the added or changed lines out and gives back what is left, to compare with the text before. */
function linesNotIn(after: string, before: string): readonly string[] {
  const known = new Set(before.split("\n"));
  return after.split("\n").filter((line) => !known.has(line));
}

function keepsEverythingElse(before: string, after: string, gone: readonly string[] = []): void {
  const kept = after.split("\n");
  let at = 0;
  for (const line of before.split("\n")) {
    if (gone.includes(line)) continue;
    const found = kept.indexOf(line, at);
    expect(found, `the line ${JSON.stringify(line)} is kept`).toBeGreaterThanOrEqual(at);
    at = found + 1;
  }
}

describe("editSidecar", () => {
  test("begins a new file", () => {
    const text = editSidecar(
      "",
      { kind: "gate", key: "error rate", set: { check: "load", metric: "error_rate" } },
      FILE,
    );
    expect(text).toBe("holdpoint: sidecar/v1\ngates:\n  error rate:\n    check: load\n    metric: error_rate\n");
  });

  test("begins a new file with a check", () => {
    const text = editSidecar("\n", { kind: "check", id: "unit", set: { run: "npm test -- --reporter=junit" } }, FILE);
    expect(readSidecarText(text, FILE).value).toEqual({
      holdpoint: "sidecar/v1",
      checks: [{ id: "unit", run: "npm test -- --reporter=junit" }],
    });
  });

  test("adds a gate and keeps every line", () => {
    const text = editSidecar(COMMENTED, { kind: "gate", key: "errors", set: { check: "load", exit: 0 } }, FILE);
    keepsEverythingElse(COMMENTED, text);
    expect(linesNotIn(text, COMMENTED)).toEqual(["  errors:", "      check: load", "      exit: 0"]);
  });

  test("adds a field to a gate written between braces", () => {
    const text = editSidecar(COMMENTED, { kind: "gate", key: "line_coverage", set: { minTier: "E1" } }, FILE);
    expect(text).toBe(COMMENTED.replace("metric: line_coverage }", "metric: line_coverage, minTier: E1 }"));
  });

  test("changes one value of a gate and nothing else", () => {
    const text = editSidecar(COMMENTED, { kind: "gate", key: "p95 latency", set: { minTier: "E1" } }, FILE);
    expect(text).toBe(COMMENTED.replace('"E2"', "E1"));
  });

  test("adds a field after the last one of a gate and before a comment that follows", () => {
    const text = editSidecar(COMMENTED, { kind: "gate", key: "p95 latency", set: { criterion: "< 500ms" } }, FILE);
    expect(text).toBe(COMMENTED.replace('minTier: "E2"\n', 'minTier: "E2"\n      criterion: < 500ms\n'));
  });

  test("adds a check after a folded text", () => {
    const text = editSidecar(
      COMMENTED,
      { kind: "check", id: "scan", set: { run: "node scan.mjs", files: ["a b.json"] } },
      FILE,
    );
    keepsEverythingElse(COMMENTED, text);
    expect(linesNotIn(text, COMMENTED)).toEqual(["  - id: scan", "    run: node scan.mjs", '    files: ["a b.json"]']);
  });

  test("changes a field of one check", () => {
    const text = editSidecar(COMMENTED, { kind: "check", id: "coverage", set: { timeout: "60s" } }, FILE);
    expect(linesNotIn(text, COMMENTED)).toEqual(["    timeout: 60s"]);
    keepsEverythingElse(COMMENTED, text);
  });

  test("replaces a list between brackets", () => {
    const text = editSidecar(COMMENTED, { kind: "check", id: "coverage", set: { files: ["x.info"] } }, FILE);
    expect(text).toBe(COMMENTED.replace("[ build/lcov.info,   build/other.info ]", "[x.info]"));
  });

  test("returns the same text when it says so already", () => {
    const change: SidecarChange = { kind: "gate", key: "p95 latency", set: { check: "load" } };
    expect(editSidecar(COMMENTED, change, FILE)).toBe(COMMENTED);
  });

  test.each([
    ["gates that are not there", "holdpoint: sidecar/v1\n"],
    ["gates without a value", "holdpoint: sidecar/v1\ngates: # none yet\n"],
    ["gates between braces", "holdpoint: sidecar/v1\ngates: {}\n"],
    ["gates between braces with one", "holdpoint: sidecar/v1\ngates: { a: { check: b } }\nchecks: []\n"],
    ["a text without an end of line", "holdpoint: sidecar/v1\nchecks: []"],
    ["a text with a mark of its end", "---\nholdpoint: sidecar/v1\n...\n"],
    ["a text with a byte order mark", "\uFEFFholdpoint: sidecar/v1\n"],
    ["everything between braces", "{ holdpoint: sidecar/v1 }\n"],
  ])("adds a gate to a file with %s", (_, before) => {
    const text = editSidecar(before, { kind: "gate", key: "x", set: { check: "c" } }, FILE);
    expect(readSidecarText(text, FILE).value.gates?.["x"]).toEqual({ check: "c" });
  });

  test.each([
    ["checks that are not there", "holdpoint: sidecar/v1\ngates: {}\n# the end\n"],
    ["checks between brackets", "holdpoint: sidecar/v1\nchecks: []\n"],
    ["checks between brackets with one", "holdpoint: sidecar/v1\nchecks: [{ id: a, run: b }]\n"],
    ["checks that are not moved in", "holdpoint: sidecar/v1\nchecks:\n- id: a\n  run: b\n# after\ngates: {}\n"],
    ["checks whose last one has a comment", "holdpoint: sidecar/v1\nchecks:\n    - id: a\n      run: b # why\n"],
  ])("adds a check to a file with %s", (_, before) => {
    const text = editSidecar(before, { kind: "check", id: "x", set: { run: "y: z # no comment" } }, FILE);
    expect(readSidecarText(text, FILE).value.checks?.at(-1)).toEqual({ id: "x", run: "y: z # no comment" });
  });

  test("keeps line ends as they are", () => {
    const before = COMMENTED.replaceAll("\n", "\r\n");
    const text = editSidecar(before, { kind: "gate", key: "errors", set: { check: "load" } }, FILE);
    expect(text.replaceAll("\r\n", "").includes("\n")).toBe(false);
    expect(text.length).toBe(before.length + "  errors:\r\n      check: load\r\n".length);
  });

  test("refuses to put a value where a block of lines stands, and says what to add", () => {
    const before = "holdpoint: sidecar/v1\nchecks:\n  - id: a\n    run: |\n      one\n      two\n";
    expect(codeOf(() => editSidecar(before, { kind: "check", id: "a", set: { run: "three" } }, FILE))).toBe("HP2204");
  });

  test("refuses to write behind an alias", () => {
    const before = "holdpoint: sidecar/v1\ngates:\n  a: &same { check: c }\n  b: *same\n";
    expect(codeOf(() => editSidecar(before, { kind: "gate", key: "b", set: { exit: 0 } }, FILE))).toBe("HP2204");
    expect(codeOf(() => editSidecar(before, { kind: "gate", key: "a", set: { exit: 0 } }, FILE))).toBe("HP2204");
  });

  test("refuses a field that the sidecar does not have", () => {
    expect(codeOf(() => editSidecar("", { kind: "gate", key: "a", set: { chekc: "c" } }, FILE))).toBe("HP2202");
  });

  test("refuses a value that does not fit", () => {
    expect(codeOf(() => editSidecar("", { kind: "gate", key: "a", set: { minTier: "E9" } }, FILE))).toBe("HP2203");
  });

  test("does not touch a file that cannot be read", () => {
    expect(codeOf(() => editSidecar("a: [", { kind: "gate", key: "a", set: { check: "c" } }, FILE))).toBe("HP2201");
  });

  test.each([
    "true",
    "1.5",
    "a: b",
    "# x",
    "- x",
    "it's",
    '"q"',
    "*a",
    "&a",
    "{}",
    "[x",
    "ä ö",
    "yes",
    "no",
    " lead",
    "a\tb",
    "two\nlines",
    "!x",
    "%y",
    "?",
    "@z",
    "> 5",
  ])("writes the key and the text %j so that they are read as they are", (word) => {
    for (const before of ["", COMMENTED, "holdpoint: sidecar/v1\ngates: { a: { check: b } }\n"]) {
      const text = editSidecar(before, { kind: "gate", key: word, set: { criterion: `${word}.` } }, FILE);
      expect(readSidecarText(text, FILE).value.gates?.[word]?.criterion).toBe(`${word}.`);
    }
  });
});
