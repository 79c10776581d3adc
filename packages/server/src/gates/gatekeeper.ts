import {
  type BindingSidecar,
  type BoundGate,
  bindEvidence,
  type CheckDefinition,
  checksOf,
  type EvidenceRecord,
  isOpen,
  type JudgeContext,
  judgeGate,
  type PlanDocument,
  type Runtime,
  type Verdict,
} from "@holdpoint/core";
import type { CheckRunner, SubjectReader } from "./check-runner.ts";
import { checksForGates } from "./checks-for-gates.ts";
import { openEvidenceBook } from "./evidence-book.ts";
import type { GateStore } from "./gate.types.ts";
import { standingOf } from "./is-current.ts";
import { type Observation, observeCheck } from "./observe-check.ts";
import { attemptOf, windowLedger, windowRecords } from "./window-records.ts";

/** What a gatekeeper works with. */
export interface GatekeeperParts {
  readonly store: GateStore;
  readonly runner: CheckRunner;
  readonly subjects: SubjectReader;
  readonly runtime: Runtime;
  readonly tenant: string;
  readonly planId: string;
  readonly plan: PlanDocument;
  readonly sidecar: BindingSidecar | null;
  /** Whether the user agreed to this command, as it and its scripts are now in the plan's own folder. */
  readonly allowed: (check: CheckDefinition) => boolean;
  readonly listener: GatekeeperListener;
  /** Who produced the work: they cannot be its witnesses. */
  readonly producers: () => readonly string[];
  /** Attempts that were accepted, as {@link attemptOf} names them: their changes are in the plan's folder. */
  readonly accepted: () => Promise<ReadonlySet<string>>;
  readonly signal?: AbortSignal;
}

/** Is told what happens, for people. Everything that counts is in the store. */
export interface GatekeeperListener {
  checkStarted(check: CheckDefinition): void;
  checkEnded(observation: Observation): void;
  gateJudged(gate: BoundGate, verdict: Verdict): void;
}

/** What to judge, and where. */
export interface JudgeRequest {
  readonly gates: readonly string[];
  /** Folder in which the checks run. */
  readonly dir: string;
  readonly task: string | null;
  readonly attempt: number | null;
  /**
   * `always` runs each check anew; `stale` only where another look can tell something new: evidence that speaks of
   * another state of the folder, or of this one but does not open its gates. What this process itself saw fail is not
   * looked at again at once.
   */
  readonly run: "always" | "stale" | "never";
  /** `needed`: those that could speak for the gates; `all`: every check of the plan. @default "needed" */
  readonly checks?: "needed" | "all";
}

/** Judges the gates of one plan: runs what checks they need, records evidence, records verdicts. */
export interface Gatekeeper {
  /** A verdict for each gate that was asked for, in the order of the plan. One call at a time. */
  judge(request: JudgeRequest): Promise<ReadonlyMap<string, Verdict>>;
  /** Takes in records that no check gave: what an agent handed over. */
  record(records: readonly EvidenceRecord[]): Promise<void>;
  /** How each gate is bound, by the evidence there is. */
  bound(): ReadonlyMap<string, BoundGate>;
  /** Every check that ran, oldest first. */
  observations(): readonly Observation[];
  /** Checks that are not allowed to run, as far as a judgement wanted them. */
  notAllowed(): readonly CheckDefinition[];
  /** The checks that could speak for a gate and wait for the user's consent. */
  awaitsConsent(gate: string): readonly CheckDefinition[];
}

/** Where verify and the end of a run judge: in nobody's attempt. */
const PLAN_FOLDER: Pick<JudgeRequest, "task" | "attempt"> = { task: null, attempt: null };

/** A check that did not end well is looked at again after ten times what it took, and at least this long. */
const REPEAT_FAILED_AFTER_MS = 5_000;
const REPEAT_FAILED_SHARE = 10;

/** Opens a gatekeeper with the evidence that the store holds. */
export async function createGatekeeper(parts: GatekeeperParts): Promise<Gatekeeper> {
  const { store, plan, sidecar, runtime } = parts;
  const book = await openEvidenceBook(store, parts.planId);
  const checks = checksOf(plan, sidecar);
  const leaveOut = [...new Set(checks.flatMap((check) => check.files))];
  const observations: Observation[] = [];
  const refused = new Map<string, CheckDefinition>();
  /** Digests of the records that this process made itself. */
  const seenHere = new Set<string>();
  /** How windows were bound when the plan's folder was judged last: what they rest on may be of an attempt. */
  let windowsHere: ReadonlyMap<string, BoundGate> = new Map();
  let last: Promise<unknown> = Promise.resolve();

  async function judge(request: JudgeRequest): Promise<ReadonlyMap<string, Verdict>> {
    const wanted = new Set(request.gates);
    await book.refresh();
    const context = await contextOf(request);
    if (request.run !== "never") await observe(request, wanted, context);
    const present = await contextOf(request);
    const judged = await evidenceFor(request, present);
    const since = await inconclusiveSince(wanted);
    const verdicts = new Map<string, Verdict>();
    for (const gate of plan.gates) {
      const { one, context: seen } = judged(gate.key);
      if (one === undefined || !wanted.has(gate.key)) continue;
      const inconclusiveSinceMs = since.get(gate.key);
      const verdict = judgeGate({
        ...one,
        context: { ...seen, ...(inconclusiveSinceMs === undefined ? {} : { inconclusiveSinceMs }) },
      });
      verdicts.set(gate.key, verdict);
      parts.listener.gateJudged(one, verdict);
    }
    await store.addVerdicts(
      parts.planId,
      [...verdicts].map(([gateKey, verdict]) => ({ gateKey, verdict })),
    );
    return verdicts;
  }

  /** What each gate is judged on; windows look at another choice of records. */
  async function evidenceFor(
    request: JudgeRequest,
    context: JudgeContext,
  ): Promise<(gate: string) => { readonly one: BoundGate | undefined; readonly context: JudgeContext }> {
    const records = visible(request);
    const bound = bindEvidence(plan, sidecar, records);
    if (![...bound.values()].some(({ gate }) => hasWindow(gate.criterion))) {
      return (gate) => ({ one: bound.get(gate), context });
    }
    const { task, attempt } = request;
    const looks = windowRecords({
      records: book.records(),
      checks,
      attempt: task === null ? null : attemptOf(task, attempt ?? 0),
      accepted: await parts.accepted(),
      context,
    });
    const { ledger } = context;
    const ofWindows = {
      bound: bindEvidence(plan, sidecar, looks),
      context: ledger === undefined ? context : { ...context, ledger: windowLedger(ledger, records, looks) },
    };
    const choose = (gate: string): { readonly one: BoundGate | undefined; readonly context: JudgeContext } =>
      hasWindow(bound.get(gate)?.gate.criterion ?? null)
        ? { one: ofWindows.bound.get(gate), context: ofWindows.context }
        : { one: bound.get(gate), context };
    if (task === null) windowsHere = ofWindows.bound;
    return choose;
  }

  async function observe(request: JudgeRequest, wanted: ReadonlySet<string>, context: JudgeContext): Promise<void> {
    const needed = request.checks === "all" ? checks : checksForGates(plan, sidecar, visible(request), wanted);
    for (const check of needed) {
      if (!parts.allowed(check)) {
        refused.set(check.id, check);
        continue;
      }
      if (isInterrupted()) return;
      if (request.run === "stale" && !tellsSomethingNew(check, wanted, context, request)) continue;
      parts.listener.checkStarted(check);
      const observer = {
        tenant: parts.tenant,
        planDigest: plan.digest,
        task: request.task,
        attempt: request.attempt,
        leaveOut,
      };
      const observation = await observeCheck(parts, observer, check, request.dir, parts.signal);
      parts.listener.checkEnded(observation);
      // It was cut short by the user: that says nothing about what it was looking at.
      if (isInterrupted() && observation.run.endedFor === "cancelled") return;
      await book.add(observation.records, gatesOf(check, observation.records));
      for (const { digest } of observation.records) seenHere.add(digest);
      observations.push(observation);
    }
  }

  function isInterrupted(): boolean {
    return parts.signal?.aborted === true;
  }

  /** Whether running a check now could change what is known of the gates it speaks for. */
  function tellsSomethingNew(
    check: CheckDefinition,
    wanted: ReadonlySet<string>,
    context: JudgeContext,
    place: Pick<JudgeRequest, "task" | "attempt">,
  ): boolean {
    const records = visible(place);
    const standing = standingOf(check, records, context);
    if (!standing.speaksOfNow) return true;
    const gates = [...bindEvidence(plan, sidecar, records)].flatMap(([key, one]) =>
      wanted.has(key) && one.bound.checks.some(({ id }) => id === check.id) ? [one] : [],
    );
    // Each look at what a window watches is an observation of its own, also of an unchanged folder.
    if (gates.some(({ gate }) => hasWindow(gate.criterion))) return true;
    const verdicts = gates.map((one) => judgeGate({ ...one, context }));
    if (verdicts.some(({ freshness }) => freshness !== "fresh")) return true;
    if (standing.endedWell && verdicts.every((verdict) => isOpen(verdict))) return false;
    return !standing.run.every(({ digest }) => seenHere.has(digest)) || restedEnough(standing.run, context.nowMs);
  }

  /**
   * The records that may speak where the judgement is made: those of the plan's own folder, and in an attempt's workspace
   * its own besides. What ran in a workspace never speaks for the plan's folder: files that git ignores were there that
   * are not here.
   */
  function visible({ task, attempt }: Pick<JudgeRequest, "task" | "attempt">): readonly EvidenceRecord[] {
    return book.records().filter(({ statement: { predicate } }) => {
      const { producer } = predicate;
      if (predicate.kind !== "check" || producer.task === null) return true;
      return producer.task === task && producer.attempt === attempt;
    });
  }

  function gatesOf(check: CheckDefinition, added: readonly EvidenceRecord[]): readonly string[] {
    const bound = bindEvidence(plan, sidecar, [...book.records(), ...added]);
    return [...bound].flatMap(([key, one]) => (one.bound.checks.some(({ id }) => id === check.id) ? [key] : []));
  }

  async function contextOf({ dir, task, attempt }: JudgeRequest): Promise<JudgeContext> {
    const inputDigests = new Map<string, string>();
    for (const check of checks) {
      if (check.inputs.length > 0) inputDigests.set(check.id, await parts.subjects.digestInputs(dir, check));
    }
    return {
      nowMs: runtime.now(),
      subject: await parts.subjects.subjectOf(dir, { leaveOut }),
      inputDigests,
      ledger: await store.ledger(parts.planId, { task, attempt }),
      producers: parts.producers(),
    };
  }

  /** Since when each gate is inconclusive without a break, from the history of its verdicts. */
  async function inconclusiveSince(wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
    const since = new Map<string, number>();
    for (const { gateKey, verdict } of await store.currentVerdicts(parts.planId)) {
      if (!wanted.has(gateKey) || verdict.verdict !== "inconclusive") continue;
      const history = await store.verdictHistory(parts.planId, gateKey);
      const settled = history.findLastIndex((entry) => entry.verdict.verdict !== "inconclusive");
      const first = history[settled + 1];
      if (first !== undefined) since.set(gateKey, first.judgedAt);
    }
    return since;
  }

  return {
    judge(request) {
      const next = last.then(() => judge(request));
      last = next.catch(() => undefined);
      return next;
    },
    record: (records) => book.add(records, []),
    bound: () =>
      new Map(
        [...bindEvidence(plan, sidecar, visible(PLAN_FOLDER))].map(([key, one]) => [
          key,
          (hasWindow(one.gate.criterion) ? windowsHere.get(key) : undefined) ?? one,
        ]),
      ),
    observations: () => observations,
    notAllowed: () => [...refused.values()],
    awaitsConsent: (gate) =>
      checksForGates(plan, sidecar, book.records(), new Set([gate])).filter((check) => !parts.allowed(check)),
  };
}

function restedEnough(run: readonly EvidenceRecord[], nowMs: number): boolean {
  return run.every(({ statement: { predicate } }) => {
    const [startedMs, endedMs] = [Date.parse(predicate.startedAt), Date.parse(predicate.endedAt)];
    return nowMs - endedMs >= Math.max(REPEAT_FAILED_AFTER_MS, REPEAT_FAILED_SHARE * (endedMs - startedMs));
  });
}

function hasWindow(criterion: BoundGate["gate"]["criterion"]): boolean {
  if (criterion === null) return false;
  if (criterion.kind === "composite") return criterion.of.some((part) => hasWindow(part));
  return criterion.kind === "window";
}
