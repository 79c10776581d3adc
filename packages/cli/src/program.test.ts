import { describe, expect, it } from "vitest";
import type { CommandCall, CommandSpec } from "./command.ts";
import { COMMANDS } from "./command-table.ts";
import { Collected } from "./commands/call.testing.ts";
import { createProgram } from "./program.ts";
import { VERSION } from "./version.ts";

async function call(argv: readonly string[], commands = COMMANDS): Promise<{ code: number; out: string; err: string }> {
  const out = new Collected();
  const err = new Collected();
  const code = await createProgram(commands, { out, err, env: {}, cwd: "/" })(argv);
  return { code, out: out.text(), err: err.text() };
}

/** A table of one command that gives back what it was called with. */
function echo(seen: CommandCall[], options: CommandSpec["options"] = []): readonly CommandSpec[] {
  const run = (made: CommandCall): Promise<number> => {
    seen.push(made);
    return Promise.resolve(7);
  };
  const args = [
    { name: "<key>", about: "a key" },
    { name: "[more...]", about: "more" },
  ];
  return [
    { name: "gate look", summary: "look", args, options, runsCommands: "no", load: () => Promise.resolve({ run }) },
  ];
}

describe("the command line", () => {
  it("prints its help on standard error and ends with 64 when it is called with nothing", async () => {
    const { code, out, err } = await call([]);
    expect({ code, out }).toEqual({ code: 64, out: "" });
    expect(err).toContain("Usage: holdpoint");
    expect(err).toContain("Begin with: holdpoint inspect PLAN.md");
  });

  it.each([["--help"], ["-h"], ["help"]])("prints its help on standard output with %s", async (flag) => {
    const { code, out, err } = await call([flag]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Usage: holdpoint");
  });

  it("lists every command with all of its words", async () => {
    const { out } = await call(["--help"]);
    for (const { name } of COMMANDS) expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  it.each([["--version"], ["-V"]])("prints its version with %s", async (flag) => {
    expect(await call([flag])).toEqual({ code: 0, out: `${VERSION}\n`, err: "" });
  });

  it.each([["gate"], ["plan"], ["evidence"]])(
    "prints the help of the group %s when no command of it is named",
    async (group) => {
      const { code, err } = await call([group]);
      expect(code).toBe(64);
      expect(err).toContain(`Usage: holdpoint ${group}`);
    },
  );

  it.each([
    [["inspct"], "The call is wrong: unknown command 'inspct' (Did you mean inspect?)", "holdpoint --help"],
    [["gate", "sgn"], "The call is wrong: unknown command 'sgn' (Did you mean sign?)", "holdpoint gate --help"],
    [
      ["inspect", "x", "--jsn"],
      "The call is wrong: unknown option '--jsn' (Did you mean --json?)",
      "holdpoint inspect --help",
    ],
    [["inspect"], "The call is wrong: missing required argument 'plan'.", "holdpoint inspect --help"],
    [
      ["inspect", "a", "b"],
      "The call is wrong: too many arguments for 'inspect'. Expected 1 argument but got 2.",
      "holdpoint inspect --help",
    ],
    [
      ["verify", "a", "--only"],
      "The call is wrong: option '--only <key>' argument missing.",
      "holdpoint verify --help",
    ],
    [
      ["verify", "a", "--only", ""],
      "The call is wrong: option '--only <key>' argument '' is invalid. It must not be empty.",
      "holdpoint verify --help",
    ],
  ])("says of %j what is wrong, what was meant and where to look", async (argv, message, help) => {
    const { code, out, err } = await call(argv);
    expect({ code, out }).toEqual({ code: 64, out: "" });
    expect(err).toContain("HP8018");
    expect(err).toContain(message);
    expect(err).toContain(help);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it.each([["--json"], ["--events"]])("gives a wrong call as one object on standard output with %s", async (flag) => {
    const { code, out } = await call(["inspect", flag, "--nope"]);
    expect(code).toBe(64);
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({ schema: "holdpoint/problem/v1", code: "HP8018", exit: 64 });
  });

  it("hands arguments and options to the command and gives its exit code", async () => {
    const seen: CommandCall[] = [];
    const options = [
      { flags: "--only <key>", about: "x", repeat: true as const },
      { flags: "--no-write-back", about: "x" },
      { flags: "--database-url <url>", about: "x", default: "none" },
    ];
    const argv = [
      "gate",
      "look",
      "k",
      "a",
      "b",
      "--only",
      "1",
      "--only",
      "2",
      "--no-write-back",
      "--database-url",
      "u",
    ];
    expect((await call(argv, echo(seen, options))).code).toBe(7);
    expect(seen[0]?.args).toEqual(["k", "a", "b"]);
    expect(seen[0]?.options).toEqual({ only: ["1", "2"], writeBack: false, databaseUrl: "u" });
  });

  it("tells a failure that nothing covers as a bug, without its stack", async () => {
    const run = (): Promise<number> => Promise.reject(new Error("boom"));
    const table = echo([]).map((spec) => ({ ...spec, load: () => Promise.resolve({ run }) }));
    const { code, err } = await call(["gate", "look", "k"], table);
    expect(code).toBe(70);
    expect(err).toContain("HP9000");
    expect(err).not.toMatch(/^\s+at /m);
  });
});

describe("the table of commands", () => {
  it.each(COMMANDS.map((spec) => [spec.name, spec] as const))(
    "has in the help of %s every argument and option",
    async (name, spec) => {
      const { code, out } = await call([...name.split(" "), "--help"]);
      expect(code).toBe(0);
      for (const option of spec.options) expect(out).toContain(option.flags);
      for (const argument of spec.args) expect(out).toContain(argument.name.replace(/[<>[\].]/g, ""));
    },
  );

  it.each(COMMANDS.map((spec) => [spec.name, spec] as const))(
    "has code behind %s, and --json among its options",
    async (_, spec) => {
      expect((await spec.load()).run).toBeTypeOf("function");
      expect(spec.options.map((option) => option.flags)).toContain("--json");
    },
  );

  it("names no command twice", () => {
    const names = COMMANDS.map((spec) => spec.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
