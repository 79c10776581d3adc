import { readFileSync } from "node:fs";
import { eventLineSchema, verificationSchema } from "@holdpoint/contract";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "./command-table.ts";
import { Collected, callFolder } from "./commands/call.testing.ts";
import { GREETER, MEASURE } from "./commands/plan-files.testing.ts";
import { PROBLEM_CATALOGUE } from "./problem-catalogue.ts";
import { createProgram } from "./program.ts";

const FLEET = 'name: one\ncapabilities: [any]\ncommand: "true"\n';
const FILES = { "PLAN.md": GREETER, "measure.sh": MEASURE, "fleet/one.yaml": FLEET };
const STEERS = ["--as", "Robin", "--reason", "seen"];
const PERSON = ["--plan", "PLAN.md", "--as", "Robin", "--reason", "seen"];

/** Where no server answers. */
const NOWHERE = ["--url", "http://127.0.0.1:1"];

/** A call of every command, with the schema of its object and its exit code. */
const CALLS: Readonly<Record<string, readonly [argv: readonly string[], schema: string, exit: number]>> = {
  run: [["PLAN.md"], "holdpoint/verification/v1", 2],
  verify: [["PLAN.md"], "holdpoint/verification/v1", 2],
  inspect: [["PLAN.md"], "holdpoint/inspection/v1", 0],
  "plan print": [["PLAN.md"], "holdpoint/printed-plan/v1", 0],
  bind: [["PLAN.md"], "holdpoint/unbound/v1", 0],
  "gate sign": [["approval", ...PERSON, "--role", "editor"], "holdpoint/signature/v1", 0],
  "gate waive": [["beauty", ...PERSON, "--expires", "1d"], "holdpoint/waiver/v1", 0],
  "task list": [["PLAN.md"], "holdpoint/task-list/v1", 0],
  "task redrive": [["PLAN.md", "--all-dead", ...STEERS], "holdpoint/tasks-moved/v1", 0],
  "task cancel": [["PLAN.md", "GR-2", ...STEERS], "holdpoint/problem/v1", 64],
  "evidence add": [["load=1"], "holdpoint/evidence-added/v1", 0],
  up: [["--port", "none"], "holdpoint/problem/v1", 64],
  backup: [["copy.backup"], "holdpoint/problem/v1", 65],
  restore: [["missing.backup", "--to", "other"], "holdpoint/problem/v1", 65],
  "db move": [["--from", "missing", "--to", "other"], "holdpoint/problem/v1", 65],
  "agent run": [["--agents", "fleet", "--dry-run"], "holdpoint/agent-run/v1", 0],
  "agent discover": [["."], "holdpoint/discovery/v1", 0],
  // Without a server there is only the problem; test/runner lists the agents of a real one.
  "agent list": [NOWHERE, "holdpoint/problem/v1", 69],
  "agent add": [["todo-count"], "holdpoint/agents-added/v1", 0],
  trust: [["PLAN.md"], "holdpoint/trust-list/v1", 0],
  "config explain": [[], "holdpoint/config/v1", 0],
  // token.test.ts makes tokens at a real server.
  "token create": [["ci", "--kind", "agent", ...NOWHERE], "holdpoint/problem/v1", 69],
  "token list": [NOWHERE, "holdpoint/problem/v1", 69],
  "token rotate": [["id", ...NOWHERE], "holdpoint/problem/v1", 69],
  "token revoke": [["id", ...NOWHERE], "holdpoint/problem/v1", 69],
  // search.test.ts searches at a real server.
  search: [["words", ...NOWHERE], "holdpoint/problem/v1", 69],
  // call.test.ts calls a real server.
  call: [[], "holdpoint/operations/v1", 0],
  // flag.test.ts sets flags at a real server.
  "flag list": [NOWHERE, "holdpoint/problem/v1", 69],
  "flag set": [["mcp", "false", ...NOWHERE], "holdpoint/problem/v1", 69],
  "flag unset": [["mcp", ...NOWHERE], "holdpoint/problem/v1", 69],
  // A log needs a server; audit.test.ts exports and verifies a real one.
  "audit export": [["--server", ...NOWHERE.slice(1)], "holdpoint/problem/v1", 64],
  "audit verify": [["PLAN.md", "--checkpoints", "PLAN.md", "--key", "PLAN.md"], "holdpoint/problem/v1", 64],
  init: [[], "holdpoint/init/v1", 0],
  // Without a server, the object is the problem.
  mcp: [[], "holdpoint/problem/v1", 69],
  doctor: [[], "holdpoint/doctor/v1", 0],
};

/** An agent that says how far it is. */
const SPEAKS = `echo '{"type":"progress","value":0.5,"message":"half"}'`;

async function call(
  argv: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<{ exit: number; out: string; err: string }> {
  const folder = callFolder({ ...FILES, ...more });
  const out = new Collected();
  const err = new Collected();
  const inbox = argv[0] === "evidence" ? { HOLDPOINT_INBOX: folder.dir } : {};
  const env = { PATH: process.env["PATH"], XDG_CONFIG_HOME: folder.home, ...inbox };
  const exit = await createProgram(COMMANDS, { out, err, env, cwd: folder.dir })(argv);
  return { exit, out: out.text(), err: err.text() };
}

/** The objects on standard output, one to a line. */
function objects(out: string): readonly unknown[] {
  expect(out.endsWith("\n")).toBe(true);
  return out
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

describe("the contract of the command line", { timeout: 60_000 }, () => {
  it("has an example here of every command", () => {
    expect(Object.keys(CALLS).sort()).toEqual(COMMANDS.map((spec) => spec.name).sort());
  });

  it.each(Object.entries(CALLS))(
    "prints exactly one object on standard output: %s --json",
    async (name, [argv, schema, exit]) => {
      const result = await call([...name.split(" "), ...argv, "--json"]);
      expect(objects(result.out)).toEqual([expect.objectContaining({ schema })]);
      expect(result.exit).toBe(exit);
    },
  );

  it.each([["run"], ["verify"]])(
    "prints lines of the shape that the contract gives them: %s --events",
    async (name) => {
      const agent = `name: a\ncapabilities: [any]\nworkspace: shared\ncommand: ${JSON.stringify(SPEAKS)}\n`;
      const { out } = await call([name, "PLAN.md", "--trust", "--events"], { "agents/a.yaml": agent });
      const lines = objects(out);
      for (const line of lines.slice(0, -1)) expect(eventLineSchema.safeParse(line).error).toBeUndefined();
      expect(verificationSchema.safeParse(lines.at(-1)).error).toBeUndefined();
      expect(eventLineSchema.safeParse(lines.at(-1)).success).toBe(false);
      const types = new Set(lines.slice(0, -1).map((line) => (line as { type: string }).type));
      const ofChecks = ["check.started", "check.ended", "gate.judged"];
      const ofWork = ["run.started", "attempt.started", "attempt.progress", "attempt.ended"];
      for (const type of name === "run" ? [...ofChecks, ...ofWork] : ofChecks) expect(types).toContain(type);
    },
  );

  it.each([["run"], ["verify"]])("ends the lines of %s --events with that object", async (name) => {
    const { out } = await call([name, "PLAN.md", "--trust", "--events"]);
    const lines = objects(out);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.at(-1)).toMatchObject({ schema: "holdpoint/verification/v1" });
  });

  it("prints exactly one object for run --dry-run --json", async () => {
    const { exit, out } = await call(["run", "PLAN.md", "--dry-run", "--json"]);
    expect(objects(out)).toEqual([expect.objectContaining({ schema: "holdpoint/dry-run/v1" })]);
    expect(exit).toBe(0);
  });

  it.each(COMMANDS.filter((spec) => spec.args.some(({ name }) => name === "<plan>")).map(({ name }) => [name]))(
    "gives a problem of %s as exactly one object, with its exit code",
    async (name) => {
      const more = name.startsWith("task ") ? ["GR-2", ...STEERS].slice(name === "task list" ? 5 : 0) : [];
      const { exit, out, err } = await call([...name.split(" "), "missing.md", ...more, "--json"]);
      expect(objects(out)).toEqual([
        expect.objectContaining({ schema: "holdpoint/problem/v1", code: "HP8001", exit: 65 }),
      ]);
      expect(exit).toBe(65);
      expect(err).toContain("missing.md does not exist.");
    },
  );

  it("has every exit code of the catalogue in the table of the docs", () => {
    const page = readFileSync(new URL("../../../docs/reference/exit-codes.md", import.meta.url), "utf8");
    const exits = new Set(PROBLEM_CATALOGUE.flatMap((table) => Object.values(table).map((entry) => entry.exit)));
    for (const exit of [0, 1, 2, 64, 65, 69, 70, 130, ...exits])
      expect(page).toMatch(new RegExp(`^\\| \`${exit}\` +\\|`, "m"));
  });

  it("has every command with every option in its reference page", () => {
    const page = readFileSync(new URL("../../../docs/reference/cli.md", import.meta.url), "utf8");
    for (const spec of COMMANDS) {
      const [, section = ""] = page.split(`\n## holdpoint ${spec.name}\n`);
      for (const { flags } of spec.options) expect(section.split("\n## ")[0]).toContain(`\`${flags}\``);
    }
  });
});
