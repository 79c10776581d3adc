import { randomUUID } from "node:crypto";
import type { Runtime } from "@holdpoint/core";
import { problem } from "@holdpoint/core";
import { agentProblems } from "../agent.problems.ts";
import { setAsidePath } from "../isolation/placeholders.ts";
import type { IsolationReport } from "../isolation/probe-isolation.ts";
import { probeIsolation } from "../isolation/probe-isolation.ts";
import { kindOf, resolveAbove } from "../isolation/protection.ts";
import { CommandGroup } from "../quota/command-group.ts";
import { probeGroups } from "../quota/find-groups.ts";
import type { GroupsReport } from "../quota/quota.types.ts";
import { CapturedOutput } from "./captured-output.ts";
import { type CommandResult, type CommandSpec, DEFAULT_LIMITS, type IsolationOutcome } from "./command.types.ts";
import { commandEnvironment, environmentDigest, RUN_MARKER } from "./command-environment.ts";
import {
  commandArgv,
  type PreparedCommand,
  prepareCommand,
  preparePlain,
  startError,
  WRAPPERS_ISOLATED,
} from "./prepare-command.ts";
import { type FinishedProcess, superviseProcess } from "./supervise-process.ts";
import { workingDirectory } from "./working-directory.ts";

/** What running a command needs from outside. */
export interface CommandContext {
  readonly runtime: Pick<Runtime, "now">;
  /** This process's variables, of which the allow-list lets some through. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What isolation can be had. @default probeIsolation() */
  readonly isolation?: IsolationReport;
  /** Whether there are control groups. @default probeGroups() */
  readonly groups?: GroupsReport;
}

/**
 * Runs one command in bounds and tells what happened. Whatever the command does is a result.
 *
 * @throws HP7001, HP7002 when its working directory is not inside `spec.root`
 * @throws HP7003 when isolation is required and cannot be had
 * @throws HP7004 when a variable's name is not valid
 */
export async function runCommand(spec: CommandSpec, context: CommandContext): Promise<CommandResult> {
  const cwd = workingDirectory(spec.root, spec.cwd);
  const marker = `${RUN_MARKER}=${randomUUID()}`;
  const env = commandEnvironment({
    from: context.environment ?? process.env,
    ...(spec.passEnv === undefined ? {} : { pass: spec.passEnv }),
    set: { ...spec.env, [RUN_MARKER]: marker.slice(RUN_MARKER.length + 1) },
  });
  const argv = commandArgv(spec.command);
  const startedAt = context.runtime.now();
  const about = { argv, cwd, startedAt, environmentDigest: environmentDigest(env) };

  const prepared = prepareCommand(spec, cwd, env, context.isolation ?? probeIsolation());
  try {
    refuseUnlessAllowed(spec, prepared.isolation);
    return { ...about, ...(await carryOut(spec, prepared, context, { cwd, env, marker })) };
  } finally {
    prepared.places.release();
  }
}

type About = "argv" | "cwd" | "startedAt" | "environmentDigest";

interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly marker: string;
}

async function carryOut(
  spec: CommandSpec,
  prepared: ReturnType<typeof prepareCommand>,
  context: CommandContext,
  { cwd, env, marker }: Surroundings,
): Promise<Omit<CommandResult, About>> {
  const missing = startError(commandArgv(spec.command)[0] ?? "", cwd, env["PATH"] ?? "");
  if (missing !== null || spec.signal?.aborted === true) {
    return { ...notStarted(missing, prepared.isolation), endedAt: context.runtime.now() };
  }
  const groups = context.groups ?? probeGroups();
  const { finished, used } = await start(spec, prepared, { cwd, env, marker }, groups);
  prepared.places.release();
  const appeared = used.absent.filter((path) => kindOf(path) !== "nothing");
  const { settingUp: _, ...outcome } = finished;
  return {
    ...outcome,
    endedAt: context.runtime.now(),
    timedOut: finished.endedFor === "timeout",
    isolation: appeared.length === 0 ? used.isolation : undermined(appeared, spec, used.isolation.reason),
    appeared,
  };
}

/** Starts it isolated as planned; where the namespace cannot be set up after all, plainly, unless that is refused. */
async function start(
  spec: CommandSpec,
  prepared: PreparedCommand,
  surroundings: Surroundings,
  groups: GroupsReport,
): Promise<{ finished: FinishedProcess; used: PreparedCommand }> {
  const finished = await inGroup(spec, prepared, surroundings, groups);
  if (finished.settingUp === null) return { finished, used: prepared };
  const plain = preparePlain(commandArgv(spec.command), finished.settingUp, spec);
  refuseUnlessAllowed(spec, plain.isolation);
  return { finished: await inGroup(spec, plain, surroundings, groups), used: plain };
}

/** In a control group of its own where there are any. */
async function inGroup(
  spec: CommandSpec,
  prepared: PreparedCommand,
  surroundings: Surroundings,
  groups: GroupsReport,
): Promise<FinishedProcess> {
  const own = prepared.isolation.level === "full" ? WRAPPERS_ISOLATED : 0;
  const group = CommandGroup.make(groups, { ...DEFAULT_LIMITS, ...spec.limits }, own);
  try {
    return await superviseProcess({ spec, prepared, ...surroundings, group });
  } finally {
    await group?.remove();
  }
}

function refuseUnlessAllowed(spec: CommandSpec, isolation: IsolationOutcome): void {
  if (spec.isolation === "required" && isolation.level !== "full") {
    throw problem(agentProblems, "HP7003", { reason: isolation.reason ?? "not available" });
  }
}

/** What was created in place of something that decides is moved out of the way, so that it decides nothing. */
function undermined(appeared: readonly string[], spec: CommandSpec, reason: string | null): IsolationOutcome {
  const deciding = (spec.protection?.readOnly ?? []).map(resolveAbove);
  const told = appeared.map((path) => {
    const aside = deciding.includes(path) ? setAsidePath(path) : null;
    return aside === null ? path : `${path} (moved to ${aside})`;
  });
  const created = `created while the command ran: ${told.join(", ")}`;
  return { level: "none", reason: reason === null ? created : `${reason}; ${created}` };
}

function notStarted(
  missing: string | null,
  isolation: IsolationOutcome,
): Omit<CommandResult, "argv" | "cwd" | "startedAt" | "endedAt" | "environmentDigest"> {
  return {
    started: false,
    startError: missing ?? "cancelled before it was started",
    exitCode: null,
    signal: null,
    timedOut: false,
    endedFor: missing === null ? "cancelled" : null,
    stdout: new CapturedOutput(0).finish(),
    stderr: new CapturedOutput(0).finish(),
    peakMemoryBytes: null,
    cpuMs: null,
    peakProcesses: null,
    leftBehind: 0,
    isolation,
    appeared: [],
  };
}
