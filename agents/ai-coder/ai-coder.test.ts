import { describe, expect, test } from "vitest";
import { workshop } from "../shared/workshop.testing.ts";
import { wordsOf } from "./prompt.mjs";

/** Stands in for the command line of an AI coding agent: it keeps what it was told, changes a file, and says so. */
const STAND_IN = `
import { readFileSync, writeFileSync } from "node:fs";
const [how, given] = process.argv.slice(2);
const prompt = how === "stdin" ? readFileSync(0, "utf8") : how === "file" ? readFileSync(given, "utf8") : given;
writeFileSync("told.md", prompt);
writeFileSync("work.js", "export const done = true;\\n");
console.log('{"type":"evidence","metric":"line_coverage","value":100,"unit":"%"}');
console.log("I wrote work.js and its test.");
`;
const FILES = { "coder.mjs": STAND_IN };
const REFUSED = {
  attempt: 2,
  gates: [{ key: "g1", metric: "line_coverage", text: ">= 90%" }],
  refusal: {
    missing: [
      {
        gate: "g1",
        metric: "line_coverage",
        text: ">= 90%",
        verdict: "fail",
        reason: "violated",
        explanation: "line_coverage is 62 %, asked for >= 90 %",
      },
    ],
  },
};

function command(line: string): { readonly env: Readonly<Record<string, string>> } {
  return { env: { HOLDPOINT_AI_COMMAND: line } };
}

describe("ai-coder", () => {
  test.each([
    ["on standard input", "node coder.mjs stdin"],
    ["as an argument", "node coder.mjs argument '{prompt}'"],
    ["in a file", 'node coder.mjs file "{prompt_file}"'],
  ])("gives the task %s, and takes what was said as a summary", async (_how, line) => {
    const shop = workshop(FILES);
    const { outcome, summary } = await shop.attempt("ai-coder", { ...command(line), title: "Write work.js" });
    expect([outcome, summary]).toEqual(["done", expect.stringMatching(/^as implementer: [\s\S]*I wrote work\.js/)]);
    expect(shop.read("work.js")).toContain("done");
    expect(shop.read("told.md")).toContain("# Task\n\nT-1: Write work.js\n");
    expect(shop.read("told.md")).toBe(shop.read("build/ai-coder/prompt.md"));
  });

  test("claims no gate and hands over nothing, whatever the tool prints", async () => {
    const { evidence, artifacts, lines } = await workshop(FILES).attempt("ai-coder", command("node coder.mjs stdin"));
    expect([evidence, artifacts]).toEqual([{}, []]);
    expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(["progress", "metric", "log", "result"]));
  });

  test("tells what must pass, and why the attempt before was refused", async () => {
    const shop = workshop(FILES);
    await shop.attempt("ai-coder", { ...command("node coder.mjs stdin"), input: REFUSED });
    const told = shop.read("told.md");
    expect(told).toContain("This is attempt 2.");
    expect(told).toMatch(/# What must pass\n[\s\S]*- line_coverage: >= 90%\n/);
    expect(told).toMatch(/# Why the attempt before was refused\n[\s\S]*- line_coverage: line_coverage is 62 %/);
    expect(told).toContain("do not tick boxes");
  });

  test.each([
    ["implementer", "You are the implementer."],
    ["reviewer", "You are the reviewer."],
    ["tester", "You are the tester."],
  ])("works as %s", async (role, says) => {
    const shop = workshop(FILES);
    const { env } = command("node coder.mjs stdin");
    const { summary } = await shop.attempt("ai-coder", { env: { ...env, HOLDPOINT_AI_ROLE: role } });
    expect(summary).toContain(`as ${role}: `);
    expect(shop.read("told.md").startsWith(says)).toBe(true);
  });

  test("works under a role of the project's own", async () => {
    const shop = workshop({ ...FILES, "roles/writer.md": "You are the writer.\n" });
    await shop.attempt("ai-coder", { ...command("node coder.mjs stdin"), args: ["--role", "roles/writer.md"] });
    expect(shop.read("told.md").startsWith("You are the writer.\n")).toBe(true);
  });

  test.each([
    ["fails", "node -e 'console.error(\"out of tokens\");process.exit(1)'", [], "exited with 1: out of tokens"],
    ["says nothing", "true", [], "an empty answer is no work"],
    ["takes too long", "sleep 60", ["--timeout", "1"], "used up its time"],
    ["says too much", "yes", ["--output", "0.1"], "used up its output"],
    ["is not there", "no-such-coder", [], "cannot be started: ENOENT"],
  ])("fails when the tool %s", async (_what, line, args, says) => {
    const { outcome, summary } = await workshop().attempt("ai-coder", { ...command(line), args });
    expect([outcome, summary]).toEqual(["failed", expect.stringContaining(says)]);
  });

  test("is healthy only with a command and a role that are there", async () => {
    const health = (env: Record<string, string>): Promise<{ exit: number | null }> =>
      workshop().check("ai-coder", ["--health"], env);
    expect((await health({ HOLDPOINT_AI_COMMAND: "node x.mjs" })).exit).toBe(0);
    expect((await health({})).exit).toBe(1);
    expect((await health({ HOLDPOINT_AI_COMMAND: "no-such-coder" })).exit).toBe(1);
    expect((await health({ HOLDPOINT_AI_COMMAND: "node", HOLDPOINT_AI_ROLE: "king" })).exit).toBe(1);
  });

  test("refuses a command with an open quote, and a role that leads elsewhere", async () => {
    expect((await workshop().attempt("ai-coder", command('node "x'))).exit).toBe(64);
    const options = { ...command("node"), args: ["--role", "../../etc/passwd"] };
    expect((await workshop().attempt("ai-coder", options)).exit).toBe(64);
  });
});

test.each([
  ["a b  c", ["a", "b", "c"]],
  [`a 'b c' "d e"`, ["a", "b c", "d e"]],
  [`--x="y z"`, ["--x=y z"]],
  ["a ''", ["a", ""]],
  ["", []],
  [`a "b`, null],
])("the words of %j are %j", (line, words) => {
  expect(wordsOf(line)).toEqual(words);
});
