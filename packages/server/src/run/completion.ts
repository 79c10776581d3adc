import { type BoundGate, isOpen, type JudgedSubject, problem, type Runtime, type Verdict } from "@holdpoint/core";
import {
  type GateStore,
  handedFromUpload,
  handedOverRecords,
  storeRecords,
  type UploadedEvidence,
} from "../gates/index.ts";
import { httpProblems } from "../http/index.ts";
import type { JudgedPlan } from "../plans/index.ts";
import { sha256 } from "../sha256.ts";
import type { CommandOutcome, JsonValue, TaskView, WorkStore } from "../work/index.ts";
import { type MissingEvidence, missingOf, nextActionsOf } from "./missing-evidence.ts";
import type { PlanHosts } from "./plan-host.ts";
import type { PlanJudge } from "./plan-judge.ts";
import { refusedCommand } from "./refused-command.ts";
import { runProblems } from "./run.problems.ts";
import { needsPersonOrTime } from "./settler.ts";

/** What the agent says that it worked on. */
export interface ToldSubject {
  readonly commit: string | null;
  readonly tree: string | null;
}

/** An agent's report that a task is done. */
export interface CompletionRequest {
  readonly task: string;
  readonly attempt: number;
  readonly summary: string | null;
  readonly result: JsonValue;
  readonly evidence: readonly UploadedEvidence[];
  readonly subject: ToldSubject | null;
  /** How long to wait for whoever settles, milliseconds. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** How a report was settled. `pending`: a host of the plan will settle it. */
export interface SettledReport {
  readonly task: string;
  readonly attempt: number;
  readonly state: TaskView["state"];
  readonly outcome: "accepted" | "refused" | "held" | "pending";
  readonly missing: readonly MissingEvidence[];
  readonly nextActions: readonly string[];
}

/** What completion works with, of one tenant. */
export interface CompletionParts {
  readonly tenant: string;
  readonly work: WorkStore;
  readonly gates: GateStore;
  readonly hosts: PlanHosts;
  readonly judge: PlanJudge;
  readonly planOf: (planId: string) => Promise<JudgedPlan | null>;
  readonly runtime: Runtime;
  /** How much evidence one call may hand in, bytes. */
  readonly mostEvidenceBytes: () => Promise<number>;
  /** Resolves when something of the tenant was committed, or after this many milliseconds. */
  readonly changed: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Completion in two phases: an attempt reports, then its gates are judged, and the task is accepted, refused or held. */
export interface Completion {
  /** @throws HP5011 when the attempt does not hold the task, HP9105 when there is none, HP5032 for too much evidence */
  complete(request: CompletionRequest): Promise<SettledReport>;
  /** Keeps evidence of an attempt that goes on; answers the digests. @throws HP5011, HP9105, HP5032 */
  addEvidence(
    request: Pick<CompletionRequest, "task" | "attempt" | "evidence" | "subject">,
  ): Promise<readonly string[]>;
  /** Settles what is reported or held of a plan that has no host; answers how many tasks moved. */
  settlePlan(planId: string): Promise<number>;
}

/** More than a plan can hold. */
const ALL = 1_000_000;
/** Looks at a report that a host settles, while its caller waits, milliseconds. */
const LOOK_MS = 250;

/** Makes the completion of one tenant. */
export function createCompletion(parts: CompletionParts): Completion {
  const { work, gates, hosts, judge, planOf, runtime, tenant } = parts;

  async function heldBy(taskId: string, attempt: number, verb: string): Promise<TaskView> {
    const task = await work.get(taskId);
    if (task === null) throw problem(httpProblems, "HP9105", { kind: "task", id: taskId });
    if (task.attempt === attempt && task.state === "leased") return task;
    const holder = task.lease?.agent ?? null;
    const reason = task.attempt === attempt ? "wrong_state" : "fenced";
    const { state, attempt: current } = task;
    throw refusedCommand(taskId, attempt, verb, { ok: false, reason, state, attempt: current, holder });
  }

  async function keep(
    task: TaskView,
    evidence: readonly UploadedEvidence[],
    told: ToldSubject | null,
  ): Promise<readonly string[]> {
    if (evidence.length === 0) return [];
    const [bytes, bound] = [bytesOf(evidence), await parts.mostEvidenceBytes()];
    if (bytes > bound) throw problem(runProblems, "HP5032", { task: task.taskId, bytes, bound }, { field: "evidence" });
    // A queue has no document: what is handed in for its tasks speaks for no gate, and is kept all the same.
    const planDigest = (await planOf(task.planId))?.plan.digest ?? queueDigest(task.planId);
    const records = await handedOverRecords(handedFromUpload(evidence), {
      tenant,
      agent: task.lease?.agent ?? "unknown",
      task: task.taskId,
      attempt: task.attempt,
      planDigest,
      subject: subjectOf(task, told),
      at: runtime.now(),
    });
    await storeRecords(gates, task.planId, records, []);
    return records.map(({ digest }) => digest);
  }

  /** Judges one reported or held task by the evidence there is, and moves it. */
  async function settle(task: TaskView, told: ToldSubject | null): Promise<SettledReport> {
    const ref = { taskId: task.taskId, attempt: task.attempt };
    if (task.gates.length === 0) {
      const outcome = await work.accept({ ...ref, evidence: [] });
      return report(task, outcome, "accepted", []);
    }
    const place =
      task.attempt === 0
        ? ({ task: null, attempt: null } as const)
        : { task: task.taskId, attempt: task.attempt, subject: told === null ? null : subjectOf(task, told) };
    const verdicts = await judge.judge(task.planId, task.gates, place);
    const shut = task.gates.flatMap((key): { key: string; verdict: Verdict | undefined }[] => {
      const verdict = verdicts.get(key);
      return verdict !== undefined && isOpen(verdict) ? [] : [{ key, verdict }];
    });
    if (shut.length === 0) {
      const evidence = [...new Set([...verdicts.values()].flatMap((verdict) => verdict.evidence))].sort();
      return report(task, await work.accept({ ...ref, evidence }), "accepted", []);
    }
    const plan = (await planOf(task.planId))?.plan ?? null;
    const missing = shut.map(({ key, verdict }) => missingOf(key, verdict, plan));
    const said = missing.map(({ explanation }) => explanation);
    const asked = (await judge.gatekeeper(task.planId)).gatekeeper.bound();
    const waits = shut.every(
      ({ key, verdict }) =>
        verdict !== undefined && needsPersonOrTime(verdict) && !agentMayProve(verdict, asked.get(key)),
    );
    if (task.kind === "checkpoint" || waits) {
      if (task.state === "held")
        return report(task, { ...HELD, attempt: task.attempt, tries: task.tries }, "held", missing);
      return report(task, await work.hold({ ...ref, missing: said }), "held", missing);
    }
    return report(task, await work.refuse({ ...ref, missing: said }), "refused", missing);
  }

  function report(
    task: TaskView,
    outcome: CommandOutcome,
    wanted: SettledReport["outcome"],
    missing: readonly MissingEvidence[],
  ): SettledReport {
    const state = outcome.state ?? task.state;
    // Someone else was quicker: what became of this attempt is what counts.
    const settled = outcome.ok ? wanted : outcomeOf(state, outcome.attempt === task.attempt);
    return {
      task: task.taskId,
      attempt: task.attempt,
      state,
      outcome: settled,
      missing,
      nextActions: nextActionsOf(settled, missing, state),
    };
  }

  /** Waits until a host has settled the report, or the time is up. */
  async function settledByHost(task: TaskView, request: CompletionRequest): Promise<SettledReport> {
    const until = runtime.now() + request.waitMs;
    for (;;) {
      const now = await work.get(task.taskId);
      if (now === null) throw problem(httpProblems, "HP9105", { kind: "task", id: task.taskId });
      const isSettled = now.state !== "reported" || now.attempt !== request.attempt;
      if (isSettled || request.signal.aborted || runtime.now() >= until) {
        const explain = (explanation: string): MissingEvidence => ({ ...NO_GATE, explanation });
        const missing = isSettled ? now.missing.map(explain) : [];
        const outcome = outcomeOf(now.state, now.attempt === request.attempt);
        const nextActions = nextActionsOf(outcome, missing, now.state);
        return { task: task.taskId, attempt: request.attempt, state: now.state, outcome, missing, nextActions };
      }
      await parts.changed(Math.min(LOOK_MS, until - runtime.now()), request.signal);
    }
  }

  return {
    async complete(request) {
      const task = await heldBy(request.task, request.attempt, "complete");
      const evidence = await keep(task, request.evidence, request.subject);
      const result = { summary: request.summary, result: request.result, evidence };
      const reported = await work.report({ taskId: task.taskId, attempt: request.attempt, result });
      if (!reported.ok) throw refusedCommand(task.taskId, request.attempt, "complete", reported);
      const now = { ...task, state: reported.state, lease: null };
      if ((await hosts.of(task.planId, runtime.now())) !== null) return await settledByHost(now, request);
      return await settle(now, request.subject ?? NOTHING_TOLD);
    },
    async addEvidence({ task: taskId, attempt, evidence, subject }) {
      return await keep(await heldBy(taskId, attempt, "hand in evidence for"), evidence, subject);
    },
    async settlePlan(planId) {
      if ((await hosts.of(planId, runtime.now())) !== null) return 0;
      let moved = 0;
      for (const task of await work.list({ planId, states: ["reported", "held"], limit: ALL })) {
        // Its agent cannot go on: that is for an operator, whatever the gates say.
        if (task.blocked) continue;
        const settled = await settle(task, null);
        if (settled.outcome !== "held" || task.state !== "held") moved += 1;
      }
      return moved;
    },
  };
}

const NOTHING_TOLD: ToldSubject = { commit: null, tree: null };
const HELD = { ok: true, state: "held" } as const;
const NO_GATE = { gate: null, metric: null, text: null, verdict: null, reason: null } as const;

/** What an agent hands in under the metric's name would speak for the gate, and well enough: that needs no person. */
function agentMayProve(verdict: Verdict, bound: BoundGate | undefined): boolean {
  const isLowered = bound?.policy.minTier === "E0" || bound?.policy.minTier === "E1";
  const isAsked = verdict.reason === "unbound" || verdict.reason === "tier_too_low";
  return isAsked && isLowered && bound.gate.metric !== null;
}

/** What is handed in, without its names: reports by their content, a metric by its JSON. */
function bytesOf(evidence: readonly UploadedEvidence[]): number {
  return evidence.reduce(
    (sum, one) => sum + Buffer.byteLength("content" in one ? one.content : JSON.stringify(one)),
    0,
  );
}

/** Stands for the document in what is handed in for a task of a queue. */
function queueDigest(planId: string): string {
  return sha256(`queue ${planId}`);
}

/** What became of a report. @param isCurrent false when the task was offered again since: then it was not this attempt's work */
function outcomeOf(state: TaskView["state"], isCurrent: boolean): SettledReport["outcome"] {
  if (!isCurrent) return "refused";
  if (state === "accepted") return "accepted";
  if (state === "reported") return "pending";
  return state === "held" ? "held" : "refused";
}

/** Without a digest of the tree the evidence speaks of this attempt alone and of no state of the files. */
function subjectOf(task: TaskView, told: ToldSubject | null): JudgedSubject {
  const tree = told?.tree ?? `untold-${task.taskId}-${task.attempt}`;
  return { commit: told?.commit ?? null, tree, dirty: false };
}
