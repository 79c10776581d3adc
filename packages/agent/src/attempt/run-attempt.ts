import { realpathSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import {
  type AgentArtifactLine,
  type AgentEvidenceLine,
  type AgentLine,
  readAgentLine,
  TASK_ENVIRONMENT,
  type TaskInput,
} from "@holdpoint/contract";
import { HoldpointError } from "@holdpoint/core";
import type { CommandResult, StreamName } from "../command/command.types.ts";
import { runCommand } from "../command/run-command.ts";
import { type Protection, planProtection } from "../isolation/protection.ts";
import type { Agent } from "../manifest/agent.ts";
import { createWorktree, type Worktree } from "../worktree/create-worktree.ts";
import { defaultStateFolder } from "../worktree/workspace-folder.ts";
import type { AttemptEvent, AttemptOutcome, AttemptPlan, AttemptSettings } from "./attempt.types.ts";
import { type Collected, collect, INBOX_BOUNDS, readInbox } from "./inbox.ts";
import type { ClaimedWork } from "./work-source.ts";

/** One attempt to run. */
export interface AttemptRequest {
  readonly agent: Agent;
  readonly work: ClaimedWork;
  /** Ends the attempt. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: AttemptEvent) => void | Promise<void>;
}

const NOTHING: Collected = { taken: [], refused: [] };

/** Name of the workspace of an attempt. */
export function attemptName(work: Pick<ClaimedWork, "taskId" | "attempt">): string {
  return `${work.taskId}.${work.attempt}`;
}

/**
 * Runs one attempt of an agent at a task: workspace, environment, standard input, its lines, what it hands over.
 *
 * Whatever the agent does is an outcome. The working tree it had stays, for whoever judges and merges it.
 */
export async function runAttempt(request: AttemptRequest, settings: AttemptSettings): Promise<AttemptOutcome> {
  const { agent, work } = request;
  const { taskId, attempt } = work;
  const name = attemptName(work);
  const stateFolder = settings.stateFolder ?? defaultStateFolder();
  let worktree: Worktree | null = null;
  let inbox: string | null = null;
  try {
    if (agent.workspace === "worktree") {
      const { dir: planDir } = settings.plan;
      worktree = await createWorktree({ planDir, attempt: name, link: agent.link, stateFolder });
    }
    inbox = join(worktree?.folder ?? join(stateFolder, "inboxes", name), "inbox");
    await mkdir(inbox, { recursive: true, mode: 0o700 });
    const listener = new AgentListener(request.onEvent);
    const result = await start(request, settings, { worktree, inbox, listener });
    const handedOver = await takeOver(listener, worktree?.planDir ?? settings.plan.dir, inbox, settings);
    return { taskId, attempt, ...judgement(result, listener), result, handedOver, worktree };
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === null) throw error;
    return { taskId, attempt, outcome: "failed", reason, summary: null, result: null, handedOver: NOTHING, worktree };
  } finally {
    if (inbox !== null && worktree === null) await rm(dirname(inbox), { recursive: true, force: true });
  }
}

/** What an attempt could not be begun for; null when the error is a bug. A full disk is none. */
function refusalOf(error: unknown): string | null {
  if (error instanceof HoldpointError) return `${error.code}: ${error.message}`;
  return error instanceof Error && "syscall" in error ? error.message : null;
}

interface Place {
  readonly worktree: Worktree | null;
  readonly inbox: string;
  readonly listener: AgentListener;
}

async function start(request: AttemptRequest, settings: AttemptSettings, place: Place): Promise<CommandResult> {
  const { agent, work, signal } = request;
  const { plan } = settings;
  const workspace = place.worktree?.planDir ?? plan.dir;
  const document = join(workspace, relative(plan.dir, plan.document));
  const input: TaskInput = {
    schema: "holdpoint/task/v1",
    task: work.task,
    plan: { path: document, title: plan.title, digest: plan.digest },
    attempt: work.attempt,
    gates: work.gates,
    refusal: work.refusal,
    workspace,
    ...(work.payload === undefined ? {} : { payload: work.payload }),
  };
  const { runtime, isolation, isolationReport, killGraceMs } = settings;
  return runCommand(
    {
      command: agent.command,
      root: workspace,
      env: { ...environment(agent, input, place.inbox), ...traceOf(settings.traceparentOf?.(work)) },
      passEnv: agent.env,
      stdin: `${JSON.stringify(input)}\n`,
      limits: agent.limits,
      protection: protection(agent, plan, place),
      onLine: (line, stream) => place.listener.hear(line, stream),
      ...(signal === undefined ? {} : { signal }),
      ...(isolation === undefined ? {} : { isolation }),
      ...(killGraceMs === undefined ? {} : { killGraceMs }),
    },
    { runtime, ...(isolationReport === undefined ? {} : { isolation: isolationReport }) },
  );
}

function environment(agent: Agent, input: TaskInput, inbox: string): Record<string, string> {
  return {
    [TASK_ENVIRONMENT.task]: input.task.id ?? input.task.key,
    [TASK_ENVIRONMENT.attempt]: String(input.attempt),
    [TASK_ENVIRONMENT.plan]: input.plan.path,
    [TASK_ENVIRONMENT.title]: input.task.title.replaceAll("\0", ""),
    [TASK_ENVIRONMENT.agent]: agent.name,
    [TASK_ENVIRONMENT.workspace]: input.workspace,
    [TASK_ENVIRONMENT.inbox]: inbox,
  };
}

function traceOf(traceparent: string | undefined): Record<string, string> {
  return traceparent === undefined ? {} : { TRACEPARENT: traceparent };
}

/** An attempt writes in its own working tree and inbox; the original, and the workspaces of others, it can only read. */
function protection(agent: Agent, plan: AttemptPlan, place: Place): Protection {
  const writes = agent.writes.map((path) => (path.startsWith("~/") ? join(homedir(), path.slice(2)) : path));
  if (place.worktree === null) {
    return planProtection({
      planDir: plan.dir,
      readOnly: plan.readOnly,
      hidden: plan.hidden,
      writable: [place.inbox, ...writes],
    });
  }
  const { into, folder, top, linked } = place.worktree;
  return {
    hidden: [join(plan.dir, ".holdpoint"), ...plan.hidden],
    // A linked folder may itself lead elsewhere, to where every command may write.
    readOnly: [into, dirname(folder), ...linked.flatMap((path) => realFolder(join(into, path)))],
    writable: [top, place.inbox, ...writes],
  };
}

function realFolder(path: string): string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}

async function takeOver(
  listener: AgentListener,
  workspace: string,
  inbox: string,
  settings: AttemptSettings,
): Promise<Collected> {
  const notes = await readInbox(inbox);
  const said = await collect(listener.offered, resolve(workspace), settings.artifactsFolder);
  const left = await collect(notes.entries, inbox, settings.artifactsFolder);
  return {
    taken: [...said.taken, ...left.taken],
    refused: [...said.refused, ...notes.refused, ...left.refused],
  };
}

/** Hears an agent's lines: tells them on, and keeps what it offers and how it says it ended. */
class AgentListener {
  readonly offered: (AgentArtifactLine | AgentEvidenceLine)[] = [];
  result: Extract<AgentLine, { readonly type: "result" }> | null = null;
  readonly #onEvent: AttemptRequest["onEvent"];

  constructor(onEvent: AttemptRequest["onEvent"]) {
    this.#onEvent = onEvent;
  }

  async hear(text: string, stream: StreamName): Promise<void> {
    const line = stream === "stdout" ? readAgentLine(text) : null;
    if (line === null) return this.#onEvent?.({ type: "output", stream, text });
    if (line.type === "result") this.result = line;
    else if (line.type === "artifact" || line.type === "evidence") {
      // Beyond the bound nothing could be taken; one more makes that known.
      if (this.offered.length <= INBOX_BOUNDS.entries) this.offered.push(line);
    } else await this.#onEvent?.(line);
  }
}

function judgement(
  result: CommandResult,
  listener: AgentListener,
): Pick<AttemptOutcome, "outcome" | "reason" | "summary"> {
  const said = listener.result;
  const summary = said?.summary ?? null;
  if (result.endedFor === "cancelled") return { outcome: "stopped", reason: "it was stopped", summary };
  const failed = failure(result) ?? (said?.outcome === "failed" ? (summary ?? "the agent says that it failed") : null);
  return failed === null ? { outcome: "done", reason: null, summary } : { outcome: "failed", reason: failed, summary };
}

function failure(result: CommandResult): string | null {
  if (!result.started) return `the agent could not be started: ${result.startError ?? "unknown"}`;
  if (result.endedFor !== null) return `the agent was ended: limit of ${result.endedFor} exceeded`;
  if (result.signal !== null) return `the agent was ended by ${result.signal}`;
  return result.exitCode === 0 ? null : `the agent exited with status ${result.exitCode ?? "unknown"}`;
}
