import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { CommandCall, CommandSpec, OptionSpec } from "./command.ts";
import { VERSION } from "./version.ts";

/** The streams, environment and folder a call works with. */
export type Surroundings = Pick<CommandCall, "out" | "err" | "env" | "cwd">;

const USAGE = 64;

/**
 * Builds the command line from the table of commands.
 *
 * @returns a function that takes the arguments after `holdpoint` and gives the exit code: the command's own, 64 for a
 *   wrong call, or the code of the problem that ended it
 */
export function createProgram(
  commands: readonly CommandSpec[],
  around: Surroundings,
): (argv: readonly string[]) => Promise<number> {
  return async (argv) => {
    let exitCode = 0;
    const program = new Command("holdpoint")
      .description("Runs an engineering plan with a fleet of agents, and calls nothing done until its checks pass.")
      .version(VERSION, "-V, --version", "print the version")
      .helpOption("-h, --help", "print this help")
      .addHelpText("after", FOOTER);
    settle(program, around);
    const groups = new Map<string, Command>();
    for (const spec of commands) {
      const words = spec.name.split(" ");
      const last = words.pop() ?? spec.name;
      const parent = words.length === 0 ? program : group(program, groups, words.join(" "), around);
      const command = parent.command(last).description(spec.summary).showSuggestionAfterError();
      settle(command, around);
      for (const argument of spec.args) command.argument(argument.name, argument.about);
      for (const option of spec.options) command.addOption(toOption(option));
      command.action(async (...given: unknown[]) => {
        exitCode = await execute(spec, command, given.slice(0, spec.args.length), around);
      });
    }
    try {
      await program.parseAsync([...argv], { from: "user" });
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
      throw error;
    }
    return exitCode;
  };
}

const FOOTER = `
Exit codes of verify and run: 0 every critical gate is pass and fresh · 1 one failed · 2 something is not proven yet.
Nothing that a plan names is run without your consent (--trust, or holdpoint trust PLAN).`;

function settle(command: Command, around: Surroundings): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => around.out.write(text),
    writeErr: (text) => around.err.write(text),
  });
}

function group(program: Command, groups: Map<string, Command>, name: string, around: Surroundings): Command {
  const known = groups.get(name);
  if (known !== undefined) return known;
  const made = program.command(name).description(GROUPS[name] ?? "");
  settle(made, around);
  groups.set(name, made);
  return made;
}

const GROUPS: Readonly<Record<string, string>> = {
  plan: "work with the plan document",
  gate: "sign or waive a gate",
  evidence: "hand in evidence",
};

function toOption(spec: OptionSpec): Option {
  const about = spec.default === undefined ? spec.about : `${spec.about} (default: ${spec.default})`;
  const option = new Option(spec.flags, about);
  if (spec.repeat === true) {
    option.argParser((value: string, before: string[] | undefined) => {
      if (value === "") throw new InvalidArgumentError("must not be empty");
      return [...(before ?? []), value];
    });
  }
  return option;
}

async function execute(
  spec: CommandSpec,
  command: Command,
  given: readonly unknown[],
  around: Surroundings,
): Promise<number> {
  const args = given.flat().filter((value) => typeof value === "string");
  const call: CommandCall = { ...around, args, options: command.opts() };
  try {
    const { run } = await spec.load();
    return await run(call);
  } catch (error) {
    const { reportProblem } = await import("./output/report-problem.ts");
    return reportProblem(error, call);
  }
}
