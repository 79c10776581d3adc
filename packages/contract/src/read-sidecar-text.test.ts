import { type BindingSidecar, HoldpointError } from "@holdpoint/core";
import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { sidecarExample } from "./examples/sidecar.ts";
import { loadSidecar } from "./load-sidecar.ts";
import { readSidecarText } from "./read-sidecar-text.ts";

const FILE = "PLAN.holdpoint.yaml";
const HEAD = "holdpoint: sidecar/v1\n";

/** Reads a sidecar for a plan that holds nothing. */
function readSidecar(text: string, file: string): BindingSidecar {
  return loadSidecar(text, file, { gates: [], checks: [] }).sidecar;
}

function problemOf(action: () => unknown): HoldpointError {
  try {
    action();
  } catch (error) {
    if (error instanceof HoldpointError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a sidecar", () => {
  test("turns durations into milliseconds and what is not said into null", () => {
    const sidecar = readSidecar(sidecarExample, FILE);
    expect(sidecar.minTier).toBe("E2");
    expect(sidecar.checks[0]).toEqual({
      id: "unit-tests",
      run: "node --test --test-reporter=junit",
      cwd: null,
      timeoutMs: 120_000,
      files: [],
      reader: "junit",
      inputs: ["src/**", "tests/**"],
      env: [],
    });
    expect(sidecar.gates.get("g-0be3f5a91c28")).toEqual({
      check: "smoke",
      metric: null,
      criterion: null,
      minTier: null,
      severity: null,
      exit: 0,
      maxAgeMs: 86_400_000,
      isolation: null,
      owner: "release-manager",
      onInconclusive: { holdMs: 86_400_000, outcome: "ask" },
    });
  });

  test("reads a file that only names its kind", () => {
    expect(readSidecar(HEAD, FILE)).toEqual({ checks: [], gates: new Map(), minTier: null, isolation: null });
    expect(readSidecar(`${HEAD}checks:\ngates:\n`, FILE).gates.size).toBe(0);
  });

  test.each([
    [">= 90 %", "'>= 90 %'"],
    ["0", "0"],
    ["true", "true"],
  ])("takes the criterion %s as text", (text, written) => {
    expect(readSidecar(`${HEAD}gates: { a: { criterion: ${written} } }\n`, FILE).gates.get("a")?.criterion).toBe(text);
  });

  test.each([
    ["what is no YAML", "holdpoint: [", "HP2201", 1, undefined],
    ["nothing", "", "HP2203", 1, undefined],
    ["a list", "- a\n", "HP2203", 1, undefined],
    ["a key that stands twice", `${HEAD}minTier: E1\nminTier: E2\n`, "HP2201", 3, undefined],
    ["a gate that stands twice", `${HEAD}gates:\n  a: { exit: 0 }\n  a: { exit: 1 }\n`, "HP2201", 4, undefined],
    ["two documents", `${HEAD}---\n${HEAD}`, "HP2201", 2, undefined],
    ["a tag of its own", `${HEAD}minTier: !env E2\n`, "HP2201", 2, undefined],
    ["a merged key", `${HEAD}gates:\n  a: &x { exit: 0 }\n  b: { <<: *x }\n`, "HP2202", 4, "gates.b.<<"],
    ["another kind of file", "holdpoint: sidecar/v2\n", "HP2203", 1, "holdpoint"],
    [
      "a key that is not known",
      `${HEAD}checks:\n  - id: a\n    run: b\n    timout: 60s\n`,
      "HP2202",
      5,
      "checks[0].timout",
    ],
    ["a key of the wrong place", `${HEAD}\ntimeout: 60s\n`, "HP2202", 3, "timeout"],
    [
      "a number where a duration stands",
      `${HEAD}checks:\n  - id: a\n    run: b\n    timeout: 60\n`,
      "HP2203",
      5,
      "checks[0].timeout",
    ],
    [
      "a duration without end",
      `${HEAD}checks: [{ id: a, run: b, timeout: 9999w }]\n`,
      "HP2203",
      2,
      "checks[0].timeout",
    ],
    ["a tier that is none", `${HEAD}gates:\n  a:\n    minTier: E7\n`, "HP2203", 4, "gates.a.minTier"],
    ["a check without a command", `${HEAD}checks:\n  - id: a\n`, "HP2203", 3, "checks[0].run"],
    ["an empty command", `${HEAD}checks: [{ id: a, run: " " }]\n`, "HP2203", 2, "checks[0].run"],
    ["an id with blanks", `${HEAD}checks: [{ id: a b, run: c }]\n`, "HP2203", 2, "checks[0].id"],
    [
      "a file outside of the folder",
      `${HEAD}checks: [{ id: a, run: b, files: [ok, ../x] }]\n`,
      "HP2203",
      2,
      "checks[0].files[1]",
    ],
    ["a folder from the root", `${HEAD}checks: [{ id: a, run: b, cwd: /etc }]\n`, "HP2203", 2, "checks[0].cwd"],
    ["an exit status that cannot be", `${HEAD}gates: { a: { exit: 256 } }\n`, "HP2203", 2, "gates.a.exit"],
    [
      "a variable that is no name",
      `${HEAD}checks: [{ id: a, run: b, env: ["X=1"] }]\n`,
      "HP2203",
      2,
      "checks[0].env[0]",
    ],
    ["a list as a key", `${HEAD}gates: { [a]: { exit: 0 } }\n`, "HP2201", 2, undefined],
    ["a key that would reach the prototype", `${HEAD}gates: { __proto__: { exit: 0 } }\n`, "HP2201", 2, undefined],
  ])("refuses %s, with the place", (_, text, code, line, field) => {
    const error = problemOf(() => readSidecar(text, FILE));
    expect({ code: error.code, ...error.place }).toEqual({
      code,
      file: FILE,
      line,
      ...(field === undefined ? {} : { field }),
    });
    expect(error.message).not.toContain("{");
    expect(error.message).not.toContain("undefined");
  });

  test("names the keys that are known beside the one that is not", () => {
    const error = problemOf(() => readSidecar(`${HEAD}checks: [{ id: a, run: b, timout: 1s }]\n`, FILE));
    expect(error.message).toContain("known are id, run, cwd, timeout");
  });

  test("says how many more faults there are, and begins with the first line", () => {
    const error = problemOf(() => readSidecar(`${HEAD}minTier: X\nisolation: Y\nwhat: Z\n`, FILE));
    expect(error.place.line).toBe(2);
    expect(error.message).toContain("(2 more in this file)");
  });

  test("refuses more than a megabyte", () => {
    expect(problemOf(() => readSidecar(`${HEAD}${"#".repeat(1024 * 1024)}`, FILE)).code).toBe("HP2201");
  });

  test("refuses aliases that unfold into a large value", () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const value = level === 0 ? "x" : Array.from({ length: 9 }, () => `*a${level - 1}`).join(", ");
      return `a${level}: &a${level} [${value}]\n`;
    });
    expect(problemOf(() => readSidecar(HEAD + levels.join(""), FILE)).message).toContain("aliases");
  });

  test.each([
    ["brackets", "[".repeat(100_000)],
    ["braces", "{a: ".repeat(50_000)],
    ["dashes", "- ".repeat(100_000)],
    ["indentation", Array.from({ length: 200 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("")],
  ])("refuses values that are nested too deep: %s", (_, text) => {
    expect(problemOf(() => readSidecar(`${HEAD}gates:\n  ${text}`, FILE)).code).toBe("HP2201");
  });

  test("never throws anything else, whatever the file holds", () => {
    const words = constantFrom(
      "holdpoint",
      "sidecar/v1",
      "checks",
      "gates",
      ":",
      " ",
      "\n",
      "- ",
      "[",
      "]",
      "{",
      "}",
      "&a",
      "*a",
      "!t",
      "|",
      ">",
      "'",
      '"',
      "#",
      "  ",
      "exit",
      "0",
      "\t",
      "?",
      "\u0000",
      "\uFEFF",
    );
    assert(
      property(array(words, { maxLength: 40 }), (parts) => {
        try {
          readSidecar(parts.join(""), FILE);
        } catch (error) {
          if (!(error instanceof HoldpointError)) throw error;
        }
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});

describe("lineOf", () => {
  const { lineOf } = readSidecarText(sidecarExample, FILE);

  test("finds the line of a field", () => {
    expect(lineOf(["gates", "g-0be3f5a91c28", "exit"])).toBe(23);
    expect(lineOf(["checks", 1, "id"])).toBe(11);
  });

  test("gives the nearest place for what is not there", () => {
    expect(lineOf(["gates", "no such gate"])).toBe(19);
  });
});
