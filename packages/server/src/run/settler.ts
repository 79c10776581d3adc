import { type Criterion, convertUnit, isOpen, type Reason, slotMsOf, type Verdict } from "@holdpoint/core";
import type { Gatekeeper } from "../gates/index.ts";
import type { CommandOutcome, TaskView, WorkStore } from "../work/index.ts";
import type { AttemptWorkspace, Settlement, Workspaces } from "./run.types.ts";

/** What a settler works with. */
export interface SettlerParts {
  readonly work: WorkStore;
  readonly gatekeeper: Gatekeeper;
  readonly workspaces: Workspaces;
  /** The plan's own folder, where checkpoints are judged. */
  readonly planDir: string;
  /** The user ends the run: what was not judged by then is left for the next one. */
  readonly signal?: AbortSignal;
}

/** After so many attempts in a row that did not fit the tree the task is held: the tree, or what the work changes, is at odds. */
const MOST_CONFLICTS = 5;

/** Bounds of the pause between two looks at a window, milliseconds: two looks per slot within these. */
const SHORTEST_LOOK_MS = 100;
const LONGEST_LOOK_MS = 300_000;

/**
 * Inconclusive for a reason that another try of the same work cannot mend: a person or time has to. The rest may be
 * mended by the agent, who is told what is missing.
 */
const NEEDS_PERSON_OR_TIME: ReadonlySet<Reason> = new Set<Reason>([
  "awaiting_witness",
  "window_incomplete",
  "unparsed",
  "unbound",
  "ambiguous",
  "tier_too_low",
  "no_gate",
  "not_run",
  "no_baseline",
  "too_few_samples",
  "checks_changed",
  "quarantine_expired",
]);

/**
 * Settles what agents report: judges the task's own gates in the attempt's workspace, then accepts it (merging its
 * changes first), refuses it with what is missing, hands it back when its changes do not fit the tree any more, or holds
 * it for a person or for time.
 *
 * The merge comes before the acceptance: a crash between the two leaves changes of a reported attempt in the working
 * tree, which the next judgement sees, and never an accepted task whose changes are lost.
 */
export function createSettler(parts: SettlerParts): (task: TaskView) => Promise<Settlement> {
  const { work, gatekeeper, workspaces, planDir } = parts;

  async function settle(task: TaskView): Promise<Settlement> {
    let workspace: AttemptWorkspace | null;
    try {
      workspace = task.attempt === 0 ? null : await workspaces.of(task.taskId, task.attempt);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const missing = [`the attempt's workspace is gone: ${why}`];
      return refuse(task, null, new Map(), missing);
    }
    const verdicts = await judge(task, workspace);
    const shut = task.gates.flatMap((key) => {
      const verdict = verdicts.get(key);
      return verdict !== undefined && isOpen(verdict) ? [] : [{ key, verdict }];
    });
    if (shut.length === 0) return accept(task, workspace, verdicts);
    // Checks may have been left out: that is no word about the work.
    if (parts.signal?.aborted === true) return finish(task, { ok: true }, "interrupted", verdicts, []);
    const missing = shut.map(({ key, verdict }) => missingOf(key, verdict));
    const onlyPersonOrTime = shut.every(({ key, verdict }) => {
      const judged = verdict !== undefined && needsPersonOrTime(verdict);
      const known = verdict?.verdict === "fail" && verdict.freshness === "fresh";
      return judged || (!known && gatekeeper.awaitsConsent(key).length > 0);
    });
    if (task.kind === "checkpoint" || onlyPersonOrTime) {
      return hold(task, verdicts, missing);
    }
    return refuse(task, workspace, verdicts, missing);
  }

  async function hold(
    task: TaskView,
    verdicts: ReadonlyMap<string, Verdict>,
    missing: readonly string[],
  ): Promise<Settlement> {
    if (task.state === "held") return finish(task, { ok: true }, "held", verdicts, missing);
    return finish(task, await work.hold({ ...ref(task), missing }), "held", verdicts, missing);
  }

  /** The work is good and does not fit: somebody else changed the same lines. The next attempt begins from the newest tree. */
  async function conflicted(
    task: TaskView,
    workspace: AttemptWorkspace | null,
    verdicts: ReadonlyMap<string, Verdict>,
    files: readonly string[],
  ): Promise<Settlement> {
    const names = files.join(", ");
    const inARow = (await work.handedBackBefore(ref(task))) + 1;
    if (inARow >= MOST_CONFLICTS) {
      const missing = [
        `its gates are open, but the changes of ${inARow} attempts in a row did not fit the plan's working tree, because these files had changed meanwhile: ${names}. A person must bring the two together or redrive the task.`,
      ];
      return hold(task, verdicts, missing);
    }
    const missing = [
      `its changes did not fit the working tree any more, because these files had changed meanwhile: ${names}. The next attempt begins from the tree as it is now.`,
    ];
    const outcome = await work.handBack({ ...ref(task), missing });
    await workspace?.discard();
    return finish(task, outcome, "handed_back", verdicts, missing);
  }

  async function refuse(
    task: TaskView,
    workspace: AttemptWorkspace | null,
    verdicts: ReadonlyMap<string, Verdict>,
    missing: readonly string[],
  ): Promise<Settlement> {
    const outcome = await work.refuse({ ...ref(task), missing });
    await workspace?.discard();
    return finish(task, outcome, "refused", verdicts, missing);
  }

  function missingOf(key: string, verdict: Verdict | undefined): string {
    const says = verdict?.explanation ?? `gate ${key} was not judged`;
    const refused = gatekeeper.awaitsConsent(key).map(({ run }) => run);
    return refused.length === 0 ? says : `${says} It waits for your consent to run ${refused.join(" and ")}.`;
  }

  async function judge(task: TaskView, workspace: AttemptWorkspace | null): Promise<ReadonlyMap<string, Verdict>> {
    const { gates, taskId, attempt } = task;
    if (gates.length === 0) return new Map();
    // What was seen in the plan's own folder speaks for that folder, whoever worked in it.
    if (workspace === null) return gatekeeper.judge({ gates, dir: planDir, task: null, attempt: null, run: "stale" });
    return gatekeeper.judge({ gates, dir: workspace.dir, task: taskId, attempt, run: "stale" });
  }

  async function accept(
    task: TaskView,
    workspace: AttemptWorkspace | null,
    verdicts: ReadonlyMap<string, Verdict>,
  ): Promise<Settlement> {
    const merged = workspace === null ? ({ ok: true } as const) : await workspace.merge();
    if (!merged.ok && "conflict" in merged) return conflicted(task, workspace, verdicts, merged.conflict);
    if (!merged.ok) return refuse(task, workspace, verdicts, [merged.why]);
    const evidence = [...new Set([...verdicts.values()].flatMap((verdict) => verdict.evidence))].sort();
    const outcome = await work.accept({ ...ref(task), evidence });
    await workspace?.discard();
    return finish(task, outcome, "accepted", verdicts, []);
  }

  function finish(
    task: TaskView,
    result: Pick<CommandOutcome, "ok">,
    outcome: Settlement["outcome"],
    verdicts: ReadonlyMap<string, Verdict>,
    missing: readonly string[],
  ): Settlement {
    const lookAgainMs = outcome === "held" && result.ok ? pauseOf(verdicts) : null;
    return { ...about(task), outcome: result.ok ? outcome : "superseded", missing, verdicts, lookAgainMs };
  }

  /** How soon another look can add to a window that is not full; null when none is wanting only that. */
  function pauseOf(verdicts: ReadonlyMap<string, Verdict>): number | null {
    const bound = gatekeeper.bound();
    const slots = [...verdicts].flatMap(([key, { reason }]) => {
      const one = reason === "window_incomplete" ? bound.get(key) : undefined;
      return one === undefined ? [] : [one.policy.slotMs ?? shortestSlotMs(one.gate.criterion)];
    });
    if (slots.length === 0) return null;
    return Math.min(Math.max(Math.min(...slots) / 2, SHORTEST_LOOK_MS), LONGEST_LOOK_MS);
  }

  return settle;
}

function shortestSlotMs(criterion: Criterion | null): number {
  if (criterion?.kind === "composite") return Math.min(...criterion.of.map((part) => shortestSlotMs(part)));
  if (criterion?.kind !== "window") return Number.POSITIVE_INFINITY;
  return slotMsOf(convertUnit(criterion.value, criterion.unit, "ms") ?? Number.POSITIVE_INFINITY);
}

/** Whether only a person or time can move the gate. */
export function needsPersonOrTime(verdict: Verdict): boolean {
  return verdict.verdict === "inconclusive" && NEEDS_PERSON_OR_TIME.has(verdict.reason);
}

function ref(task: TaskView): { taskId: string; attempt: number } {
  return { taskId: task.taskId, attempt: task.attempt };
}

function about(task: TaskView): Pick<Settlement, "taskId" | "key" | "title" | "attempt"> {
  return { taskId: task.taskId, key: task.key, title: task.title, attempt: task.attempt };
}
