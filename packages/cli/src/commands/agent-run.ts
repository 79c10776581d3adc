import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import {
  agentProblems,
  commandsOf,
  probeGroups,
  Runner,
  type RunnerEvent,
  serveHealth,
  type TokenEvent,
  TokenKeeper,
} from "@holdpoint/agent";
import { readSetting, settings } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { createSystemRuntime } from "@holdpoint/server";
import { openTracing, type Tracing } from "@holdpoint/trace";
import type { CommandCall } from "../command.ts";
import { hiddenToken, runnerServer } from "../connect/runner-token.ts";
import { loadFleet } from "../engine/load-fleet.ts";
import { durationText } from "../output/duration.ts";
import { fleetPlace } from "../place/plan-place.ts";
import { consentedFleet } from "../trust/consented-fleet.ts";
import { userFolder } from "../trust/user-key.ts";
import { VERSION } from "../version.ts";
import { durationMs, fleetDir, optional, wantsJson, wholeNumber } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

/** Bounds of `--lease`. */
const LEASE = { leastMs: 1_000, mostMs: 3_600_000, expected: "Give a duration from 1s to 1h, such as 10s." };

/** `holdpoint agent run`: works for a server with the agents of a folder, until it is told to stop. */
export async function run(call: CommandCall): Promise<number> {
  const folder = resolve(call.cwd, optional(call, "agents") ?? "agents");
  const dir = fleetDir(call, folder);
  const place = fleetPlace(folder, dir);
  const fleet = await loadFleet(place, folder, call.cwd);
  if (fleet.agents.length === 0) throw problem(agentProblems, "HP7305", { folder }, { file: folder });
  const name = nameOf(call);
  const stateFolder = resolve(call.cwd, optional(call, "state") ?? defaultState(call, name));
  const counts = { reported: 0, failed: 0, released: 0, lost: 0 };
  const schema = "holdpoint/agent-run/v1";
  if (call.options["dryRun"] === true) {
    const commands = [...new Set(fleet.agents.flatMap((agent) => commandsOf(agent)))];
    const about = { schema, runner: name, agents: fleet.agents.length };
    if (wantsJson(call)) call.out.write(`${JSON.stringify({ ...about, server: null, commands, ...counts })}\n`);
    else for (const command of commands) call.out.write(`${command}\n`);
    return 0;
  }
  const { client, token, file } = runnerServer(call, name);
  const { agents, barred } = await consentedFleet(call, place, fleet);
  const about = { schema, runner: name, agents: agents.length };
  const leaseTtlMs = durationMs(call, "lease", LEASE);
  const capacity = wholeNumber(call, "concurrency", { least: 1, most: 1_000 });
  const runtime = createSystemRuntime();
  // Before anything is started: a group of processes that others are in cannot be divided.
  probeGroups();
  const tracing = await tracingOf(call, name);
  const runner = new Runner({
    client,
    tracing,
    runtime,
    name,
    agents,
    dir,
    stateFolder,
    barred,
    hidden: [userFolder(call.env), ...(file === null ? [] : [hiddenToken(file.path, [dir, folder, stateFolder])])],
    ...(capacity === undefined ? {} : { capacity }),
    ...(leaseTtlMs === undefined ? {} : { leaseTtlMs }),
    onEvent: (event) => {
      if (event.type === "ended") counts[event.told] += 1;
      tell(call, event);
    },
  });
  const health = await serveHealth(wholeNumber(call, "healthPort", { least: 0, most: 65_535 }) ?? 0, () =>
    runner.health(),
  );
  call.err.write(`${name} works for ${client.url} with ${agents.length} agents; ${health.url}\n`);
  const stop = stopper(call, runner);
  const onEvent = (event: TokenEvent): void => say(call, tokenText(event, file?.path ?? null));
  const keeper = token === null ? null : new TokenKeeper({ client, runtime, token, file, onEvent });
  keeper?.start();
  try {
    await runner.run();
  } finally {
    stop();
    keeper?.stop();
    health.close();
    await tracing.close();
  }
  if (wantsJson(call)) call.out.write(`${JSON.stringify({ ...about, server: client.url, ...counts })}\n`);
  return 0;
}

/** Traces go where the standard variable says. @throws HP8103 */
async function tracingOf(call: CommandCall, name: string): Promise<Tracing> {
  const { env } = settings.otlpEndpoint;
  const text = call.env[env] ?? "";
  return await openTracing({
    endpoint: text === "" ? null : readSetting(settings.otlpEndpoint, { text, source: "env", place: env }),
    version: VERSION,
    instance: name,
    role: "runner",
    onTrouble: (why, receiver) => {
      const told = why === null ? "traces are sent again" : `traces cannot be sent to ${receiver}: ${why}`;
      call.err.write(`${new Date().toISOString()} ${told}\n`);
    },
  });
}

/** The first signal drains, the second ends at once. */
function stopper(call: CommandCall, runner: Runner): () => void {
  let isStopping = false;
  const onSignal = (): void => {
    if (isStopping) process.exit(130);
    isStopping = true;
    call.err.write("stopping: what runs is handed back\n");
    void runner.drain();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return () => {
    process.off("SIGTERM", onSignal);
    process.off("SIGINT", onSignal);
  };
}

function tell(call: CommandCall, event: RunnerEvent): void {
  const text = textOf(event);
  if (text !== null) say(call, text);
}

function say(call: CommandCall, text: string): void {
  call.err.write(`${new Date().toISOString()} ${text}\n`);
}

/** @param file where the token is stored; null when it cannot be stored */
function tokenText(event: TokenEvent, file: string | null): string {
  const left = "leftMs" in event ? durationText(event.leftMs) : "";
  switch (event.type) {
    case "token-ends":
      return `the token is valid for ${left} more and cannot be renewed where it came from; --token-file FILE lets this runner renew it`;
    case "token-renewed":
      return `the token was renewed in ${file}; it is valid for ${left}`;
    case "token-taken":
      return `took another token from ${file}`;
    case "token-not-stored":
      return `the token cannot be renewed in ${file} (${event.why}); the old one is valid for ${left} more`;
    case "token-not-renewed":
      return `the token could not be renewed (${event.why}); it is valid for ${left} more`;
    case "token-refused":
    default:
      return `the server refuses the token: ${event.why}`;
  }
}

function textOf(event: RunnerEvent): string | null {
  switch (event.type) {
    case "started":
      return `${event.agent} began ${event.work.task.key} (attempt ${event.work.attempt})`;
    case "ended": {
      const why = event.outcome.reason ?? event.outcome.summary;
      return `${event.agent} ended ${event.outcome.taskId}: ${event.told}${why === null ? "" : `, ${why}`}`;
    }
    case "refused":
      return `${event.agent} handed back ${event.work.task.key}: it may not run`;
    case "resting":
      return `${event.agent} rests for ${event.forMs} ms: ${event.reason}`;
    case "connected":
      return "connected";
    case "disconnected":
      return `the server is away: ${event.why}`;
    case "told":
      return event.told.outcome === "over" ? `${event.entry.task} was over already: ${event.told.detail}` : null;
    case "order":
      return `${event.agent}: ${event.order}`;
    case "note":
      return event.message;
    case "attempt":
    default:
      return null;
  }
}

function nameOf(call: CommandCall): string {
  const name = optional(call, "name") ?? hostname();
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(name)) return name;
  const expected = "Use letters, digits, dots, dashes and underscores, 128 at most.";
  throw problem(commandProblems, "HP8012", { flag: "--name", value: name, expected });
}

function defaultState(call: CommandCall, name: string): string {
  const base = call.env["XDG_STATE_HOME"] ?? join(call.env["HOME"] ?? homedir(), ".local", "state");
  return join(base, "holdpoint", "runners", name);
}
