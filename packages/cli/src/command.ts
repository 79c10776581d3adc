/** One command: what the help says, what it accepts, and where its code is. The reference page is generated from this. */
export interface CommandSpec {
  /** Words after `holdpoint`, such as `gate sign`. */
  readonly name: string;
  readonly summary: string;
  /** Commander's notation: `<plan>`, `[key]`. */
  readonly args: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly OptionSpec[];
  /** Whether the command may run what the plan names, and on which condition. */
  readonly runsCommands: "no" | "after consent";
  /** Loads the code, only when the command is called. */
  readonly load: () => Promise<{ readonly run: CommandFunction }>;
}

/** One option in commander's notation, with its default for the docs. */
export interface OptionSpec {
  readonly flags: string;
  readonly about: string;
  readonly default?: string;
  /** May be given several times; the values arrive as a list. */
  readonly repeat?: true;
}

/** What a command receives; it returns its exit code. */
export type CommandFunction = (call: CommandCall) => Promise<number>;

/** The arguments and options of one call, as parsed, with the streams to write to. */
export interface CommandCall {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}
