import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { agentManifestSchema, readYamlAs } from "@holdpoint/contract";
import { describe, expect, test } from "vitest";
import { workshop } from "./workshop.testing.ts";

const FOLDER = join(import.meta.dirname, "..");
const NAMES = readdirSync(FOLDER).filter((name) => existsSync(join(FOLDER, name, "agent.yaml")));
const CATEGORIES = [
  "ai",
  "automation",
  "code-quality",
  "infrastructure",
  "monitoring",
  "security",
  "testing",
  "workflow",
];

function manifestOf(name: string): ReturnType<typeof readYamlAs<typeof agentManifestSchema._output>> {
  return readYamlAs(agentManifestSchema, readFileSync(join(FOLDER, name, "agent.yaml"), "utf8"), { aliases: 0 });
}

describe("the first-party agents", () => {
  test("are there in every category", () => {
    const found = NAMES.map((name) => {
      const reading = manifestOf(name);
      return reading.ok ? reading.value.labels?.["category"] : null;
    });
    expect(new Set(found)).toEqual(new Set(CATEGORIES));
  });

  test.each(NAMES)("%s has a manifest with version, description, health and a time limit", (name) => {
    const reading = manifestOf(name);
    expect(reading).toMatchObject({
      ok: true,
      value: {
        name,
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
        description: expect.stringMatching(/^[A-Z].*\.$/) as string,
        command: `node agents/${name}/${name}.mjs`,
        health: `node agents/${name}/${name}.mjs --health`,
        limits: { timeout: expect.stringMatching(/min$/) as string },
      },
    });
    expect(reading.ok && reading.value.capabilities).toContain(name);
  });

  test.each(NAMES)("%s has a page in the guide and a test beside it", (name) => {
    const guide = readFileSync(join(FOLDER, "../docs/guide/first-party-agents.md"), "utf8");
    expect(guide).toContain(`\`${name}\``);
    expect(existsSync(join(FOLDER, name, `${name}.test.ts`))).toBe(true);
  });

  test.each(NAMES)("%s explains itself with --help", async (name) => {
    const { exit, stdout } = await workshop().check(name, ["--help"]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: node ${name}\\.mjs`));
    expect(stdout).toContain("--check");
  });

  test.each(NAMES)("%s refuses an option that it does not know, without a word on standard output", async (name) => {
    const { exit, stdout, stderr } = await workshop().check(name, ["--no-such-option"]);
    expect([exit, stdout]).toEqual([64, ""]);
    expect(stderr).toContain("--help");
  });

  test.each(NAMES)("%s fails on a standard input that holds no task", async (name) => {
    const { exit, outcome, summary } = await workshop().attempt(name, { input: { schema: "something/else" } });
    expect([exit, outcome]).toEqual([0, "failed"]);
    expect(summary).toContain("holds no task");
  });
});

describe("what they share", () => {
  test("a report never leaves the plan's folder", async () => {
    const { exit, stderr } = await workshop({ "a.js": "1" }).check("todo-count", ["--report", "../out.txt"]);
    expect([exit, stderr]).toEqual([64, expect.stringContaining("below the plan's folder")]);
  });

  test("a report on standard output is for checks only", async () => {
    const { exit, stderr } = await workshop({ "a.js": "1" }).attempt("todo-count", { args: ["--report", "-"] });
    expect([exit, stderr]).toEqual([64, expect.stringContaining("needs --check")]);
  });

  test("a number that is none is refused", async () => {
    const { exit, stderr } = await workshop({ "a.js": "1" }).check("todo-count", ["--most", "few"]);
    expect([exit, stderr]).toEqual([64, expect.stringContaining('not "few"')]);
  });
});
