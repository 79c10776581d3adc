import { describe, expect, test } from "vitest";
import { workshop } from "../shared/workshop.testing.ts";

const LIST = "agents/task-runner/commands.json";

function listOf(commands: Readonly<Record<string, unknown>>): Record<string, string> {
  return { [LIST]: JSON.stringify({ commands }) };
}

const COMMANDS = listOf({
  greet: { argv: ["sh", "-c", "echo one; echo hello; touch greeted"] },
  fail: { argv: ["sh", "-c", "echo it broke >&2; exit 3"] },
  slow: { argv: ["sh", "-c", "sleep 60"], timeoutSeconds: 0.2 },
  gone: { argv: ["no-such-program"] },
});

describe("task-runner", () => {
  test.each([
    ["between backticks in its title", { title: "Run `greet` before the demo" }],
    ["after Run in its title", { title: "Run greet" }],
    ["in its payload", { input: { task: { payload: { command: "greet" } } } }],
    ["in a label", { input: { task: { labels: { command: "greet" } } } }],
    ["by an option", { args: ["--run", "greet"] }],
  ])("runs the command that the task names %s", async (_where, options) => {
    const shop = workshop(COMMANDS);
    const { outcome, summary, evidence, lines } = await shop.attempt("task-runner", options);
    expect([outcome, summary]).toEqual(["done", "greet exited with 0: hello"]);
    expect(evidence).toEqual({ exit_status: "0" });
    expect(lines).toContainEqual({ type: "log", level: "info", message: "one\nhello" });
    expect(shop.read("greeted")).toBe("");
  });

  test("fails with the command, and keeps the end of what it said", async () => {
    const { outcome, summary, evidence } = await workshop(COMMANDS).attempt("task-runner", { title: "`fail`" });
    expect([outcome, summary, evidence]).toEqual(["failed", "fail exited with 3: it broke", { exit_status: "3" }]);
  });

  test.each([
    ["`rm`", "rm is not on the list; known: fail, gone, greet, slow"],
    ["`constructor`", "constructor is not on the list"],
    ["Do something", "names no command"],
    ["`greet` and `fail`", "names 2 commands"],
    ["`slow`", "used up its time"],
    ["`gone`", "no-such-program cannot be started: ENOENT"],
  ])("runs nothing to its end for the title %s", async (title, says) => {
    const { outcome, summary, evidence } = await workshop(COMMANDS).attempt("task-runner", { title });
    expect([outcome, summary, evidence]).toEqual(["failed", expect.stringContaining(says), {}]);
  });

  test.each([
    ["is not there", {}, "cannot be read"],
    ["is empty", listOf({}), "lists no command"],
    ["holds a shell line", listOf({ a: { argv: "rm -rf x" } }), "a needs argv"],
    ["holds an odd time", listOf({ a: { argv: ["true"], timeoutSeconds: "60" } }), "timeoutSeconds of a"],
  ])("cannot work with a list that %s", async (_what, files, says) => {
    const { exit, stderr } = await workshop(files).check("task-runner", ["--health"]);
    expect([exit, stderr]).toEqual([1, expect.stringContaining(says)]);
  });
});
