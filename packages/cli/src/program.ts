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
    const ended: Ended = { exitCode: 0, command: "holdpoint" };
    const program = buildTree(commands, around, ended);
    try {
      await program.parseAsync([...argv], { from: "user" });
      return ended.exitCode;
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode === 0) return 0;
      // Called without a command: the help was printed, to standard error, and nothing was done. In a script that is a
      // mistake, such as an empty variable, and must not look like a success.
      if (error.code === "commander.help") return USAGE;
      return reportWrongCall(error, ended.command, argv, around);
    }
  };
}

/** What became of a call; filled in by the commands. */
interface Ended {
  exitCode: number;
  /** The words of the command that refused the call. */
  command: string;
}

function buildTree(commands: readonly CommandSpec[], around: Surroundings, ended: Ended): Command {
  const program = new Command("holdpoint")
    .description("Runs an engineering plan with a fleet of agents, and calls nothing done until its checks pass.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", FOOTER);
  settle(program, around, ended);
  const groups = new Map<string, Command>();
  for (const spec of commands) {
    const words = spec.name.split(" ");
    const last = words.pop() ?? spec.name;
    const parent = words.length === 0 ? program : group(program, groups, words.join(" "), around, ended);
    const command = parent.command(last).description(spec.summary);
    settle(command, around, ended);
    for (const argument of spec.args) command.argument(argument.name, argument.about);
    for (const option of spec.options) command.addOption(toOption(option));
    command.action(async (...given: unknown[]) => {
      ended.exitCode = await execute(spec, command, given.slice(0, spec.args.length), around);
    });
  }
  // Set last, so that the commands do not inherit it: only the top lists commands with all of their words.
  return program.configureHelp({ visibleCommands: leaves, subcommandTerm: usageOf });
}

const FOOTER = `
Begin with: holdpoint inspect PLAN.md. Each command says more with --help.
Exit codes of verify and run: 0 every critical gate is pass and fresh, 1 one failed, 2 something is not proven yet.
Nothing that a plan names is run without your consent (--trust, or holdpoint trust PLAN.md).`;

function leaves(command: Command): Command[] {
  return command.commands.flatMap((child) => (child.commands.length === 0 ? [child] : leaves(child)));
}

function usageOf(command: Command): string {
  const args = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [...wordsOf(command).slice(1), ...args].join(" ");
}

function wordsOf(command: Command): readonly string[] {
  return command.parent === null ? [command.name()] : [...wordsOf(command.parent), command.name()];
}

function settle(command: Command, around: Surroundings, ended: Ended): void {
  command
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => around.out.write(text),
      writeErr: (text) => around.err.write(text),
      // A wrong call is told as every other problem is.
      outputError: () => undefined,
    })
    .exitOverride((error) => {
      ended.command = wordsOf(command).join(" ");
      throw error;
    });
}

function group(
  program: Command,
  groups: Map<string, Command>,
  name: string,
  around: Surroundings,
  ended: Ended,
): Command {
  const known = groups.get(name);
  if (known !== undefined) return known;
  const made = program.command(name).description(GROUPS[name] ?? "");
  settle(made, around, ended);
  groups.set(name, made);
  return made;
}

const GROUPS: Readonly<Record<string, string>> = {
  plan: "work with the plan document",
  gate: "sign or waive a gate",
  task: "look at and steer the work",
  evidence: "hand in evidence",
  db: "move the data",
  config: "the settings of the server",
  agent: "run agents for a server, find and list them",
};

function toOption(spec: OptionSpec): Option {
  const about = spec.default === undefined ? spec.about : `${spec.about} (default: ${spec.default})`;
  const option = new Option(spec.flags, about);
  if (spec.repeat === true) {
    option.argParser((value: string, before: string[] | undefined) => {
      if (value === "") throw new InvalidArgumentError("It must not be empty.");
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

async function reportWrongCall(
  error: CommanderError,
  command: string,
  argv: readonly string[],
  around: Surroundings,
): Promise<number> {
  const { reportProblem } = await import("./output/report-problem.ts");
  const { wrongCall } = await import("./commands/wrong-call.ts");
  // The options were not parsed, but who asked for an object gets one.
  const options = { json: argv.includes("--json"), events: argv.includes("--events") };
  return reportProblem(wrongCall(error.message, command), { ...around, options });
}
