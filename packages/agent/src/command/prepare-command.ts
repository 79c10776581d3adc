import { delimiter, join, resolve } from "node:path";
import { planMounts } from "../isolation/mount-plan.ts";
import { holdPlaces, type Placeholders } from "../isolation/placeholders.ts";
import { isolatedArgv } from "../isolation/prelude.ts";
import { type IsolationReport, machine } from "../isolation/probe-isolation.ts";
import { defaultWritable, kindOf, planProtection, resolveAbove } from "../isolation/protection.ts";
import type { CommandSpec, IsolationOutcome } from "./command.types.ts";
import { isProgram } from "./own-program.ts";

/** How a command is going to be started. */
export interface PreparedCommand {
  /** What is really executed. */
  readonly argv: readonly string[];
  readonly isolation: IsolationOutcome;
  /** Protected paths that do not exist and could be created by the command. */
  readonly absent: readonly string[];
}

/** Processes of ours around an isolated command: `unshare`, and the first shell of the namespace. */
export const WRAPPERS_ISOLATED = 2;

/** The command as an argument vector. */
export function commandArgv(command: CommandSpec["command"]): readonly string[] {
  return typeof command === "string" ? ["/bin/sh", "-c", command] : command;
}

/** Plans the isolated start of a command, or says why there is none. Release `places` when it has ended. */
export function prepareCommand(
  spec: CommandSpec,
  cwd: string,
  env: Readonly<Record<string, string>>,
  report: IsolationReport,
): PreparedCommand & { readonly places: Placeholders } {
  const argv = commandArgv(spec.command);
  const plain = (reason: string): PreparedCommand & { places: Placeholders } => ({
    ...preparePlain(argv, reason, spec),
    places: holdPlaces([], []),
  });
  if (spec.isolation === "off") return plain("not asked for");
  if (report.mode === null) return plain(report.reason ?? "not available");
  const protection = spec.protection ?? planProtection({ planDir: spec.root });
  const input = { protection, writable: defaultWritable(env), ...machine() };
  const first = planMounts(input);
  if (!first.possible) return plain(first.reason);
  const named = [...protection.hidden, ...protection.readOnly].map(resolveAbove);
  const places = holdPlaces(first.absent, named);
  const plan = planMounts(input);
  if (!plan.possible) {
    places.release();
    return plain(plan.reason);
  }
  return {
    argv: isolatedArgv(report.mode, plan.steps, cwd, argv),
    isolation: { level: "full", reason: null },
    absent: plan.absent,
    places,
  };
}

/** Plans the start of a command without isolation: no core dumps, and ended when Holdpoint is. */
export function preparePlain(
  argv: readonly string[],
  reason: string,
  spec: Pick<CommandSpec, "protection"> = {},
): PreparedCommand {
  const tied = process.platform === "linux" && isProgram("/usr/bin/setpriv");
  const wrapper = tied ? ["/usr/bin/setpriv", "--pdeathsig", "SIGKILL", "--"] : [];
  return {
    argv: [...wrapper, "/bin/sh", "-c", 'ulimit -c 0; exec "$@"', "holdpoint", ...argv],
    isolation: { level: "none", reason },
    absent: (spec.protection?.readOnly ?? []).map(resolveAbove).filter((path) => kindOf(path) === "nothing"),
  };
}

/** Why a program cannot be started, or null when it can. */
export function startError(program: string, cwd: string, path: string): string | null {
  const candidates = program.includes("/")
    ? [resolve(cwd, program)]
    : path.split(delimiter).map((folder) => join(folder === "" ? cwd : folder, program));
  if (candidates.some(isProgram)) return null;
  const there = candidates.some((candidate) => kindOf(candidate) !== "nothing");
  return there ? `${program} is not an executable file` : `${program} was not found`;
}
