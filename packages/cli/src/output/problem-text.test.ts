import { type ProblemTable, problem } from "@holdpoint/core";
import { describe, expect, it } from "vitest";
import { problemJson, problemText, toProblem, wantsDebug } from "./problem-text.ts";
import { reportProblem } from "./report-problem.ts";
import { createStyle } from "./style.ts";

const table = {
  HP1999: {
    title: "A test problem",
    message: "Byte {byte} is odd.",
    remedy: "Save {file} as UTF-8.",
    why: "Tests need one.",
    exit: 65,
    retryable: false,
  },
} as const satisfies ProblemTable;

const style = createStyle({ isTerminal: false, columns: 60, env: { LANG: "C.UTF-8" } });
const odd = problem(
  table,
  "HP1999",
  { byte: "0xFF", file: "PLAN.md" },
  { file: "docs/PLAN.md", line: 12, field: "title" },
);

describe("problemText", () => {
  it("tells code, title, place, what happened, what to do and the page", () => {
    const text = problemText(odd, style);
    expect(text).toContain("HP1999  A test problem");
    expect(text).toContain("docs/PLAN.md:12:title");
    expect(text).toContain("Byte 0xFF is odd.");
    expect(text).toContain("→ Save PLAN.md as UTF-8.");
    expect(text).toContain("docs/problems/HP1999.md");
    expect(text.endsWith("\n")).toBe(true);
  });

  it.each([
    [{}, "Byte {byte} is odd."],
    [{ line: 3 }, "line 3"],
    [{ field: "--as" }, "--as"],
    [{ file: "a.yaml" }, "a.yaml"],
  ])("names the place as far as it is known: %j", (place, expected) => {
    const lines = problemText(problem(table, "HP1999", {}, place), style).split("\n");
    expect(lines[1]?.trim()).toBe(expected);
  });

  it("keeps hostile file names from reaching the terminal", () => {
    const text = problemText(problem(table, "HP1999", { byte: "\u001b[2J" }, { file: "a\u001b[31m\nb" }), style);
    expect(text).not.toContain("\u001b");
    expect(text).toContain("a b");
  });

  it("has no colours into a pipe and colours on a terminal", () => {
    expect(problemText(odd, style)).not.toContain("\u001b");
    const colored = createStyle({ isTerminal: true, columns: 60, env: {} });
    expect(problemText(odd, colored)).toContain("\u001b[31m");
  });

  it("shows a stack only when debugging, with the causes", () => {
    const failed = problem(table, "HP1999", {}, { cause: new Error("deeper") });
    expect(problemText(failed, style)).not.toMatch(/deeper|at .*problem-text/);
    expect(problemText(failed, style, true)).toContain("caused by: Error: deeper");
  });
});

describe("an unknown failure", () => {
  it("is HP9000 with exit code 70, its message and no stack", () => {
    const text = problemText(new TypeError("x is not a function"), style);
    expect(text).toContain("HP9000");
    expect(text).toContain("x is not a function");
    expect(text).not.toMatch(/\n\s+at /);
    expect(toProblem(new Error("x")).definition.exit).toBe(70);
  });

  it.each([
    ["a string", "a string"],
    [null, "null"],
    [undefined, "undefined"],
    [7, "number"],
    ["", "string"],
    [new RangeError(""), "RangeError"],
  ])("may be anything: %j", (thrown, words) => {
    expect(problemJson(thrown).message).toContain(words);
  });

  it("ends at a cause that points at itself", () => {
    const looped = new Error("looped");
    looped.cause = looped;
    expect(problemText(looped, style, true)).toContain("looped");
  });
});

describe("problemJson", () => {
  it("has the keys of holdpoint/problem/v1 in order", () => {
    const json = problemJson(odd);
    expect(Object.keys(json).slice(0, 9)).toEqual([
      "schema",
      "code",
      "title",
      "message",
      "file",
      "line",
      "field",
      "remedy",
      "exit",
    ]);
    expect(json).toMatchObject({
      schema: "holdpoint/problem/v1",
      code: "HP1999",
      file: "docs/PLAN.md",
      line: 12,
      field: "title",
      exit: 65,
    });
  });

  it("has null where the place is not known, and a stack only when debugging", () => {
    expect(problemJson(new Error("x"))).toMatchObject({ file: null, line: null, field: null });
    expect(problemJson(new Error("x"))).not.toHaveProperty("stack");
    expect(problemJson(new Error("x"), true).stack).toContain("Error: x");
  });
});

describe("reportProblem", () => {
  const call = (options: Record<string, boolean>, env: Record<string, string> = {}) => {
    const written = { out: "", err: "" };
    const sink = (name: "out" | "err") =>
      ({ write: (text: string) => ((written[name] += text), true) }) as unknown as NodeJS.WritableStream;
    const code = reportProblem(odd, { options, env, out: sink("out"), err: sink("err") });
    return { ...written, code };
  };

  it("gives the problem's exit code and writes for people to standard error only", () => {
    const { out, err, code } = call({});
    expect(code).toBe(65);
    expect(out).toBe("");
    expect(err).toContain("HP1999");
  });

  it.each(["json", "events"])("also writes one line of JSON to standard output with --%s", (option) => {
    const { out, err } = call({ [option]: true });
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({ code: "HP1999" });
    expect(err).toContain("HP1999");
  });

  it("shows the stack with HOLDPOINT_DEBUG=1 alone", () => {
    expect(call({}, { HOLDPOINT_DEBUG: "1" }).err).toContain("problem-text.test.ts");
    expect(wantsDebug({ HOLDPOINT_DEBUG: "yes" })).toBe(false);
  });
});
