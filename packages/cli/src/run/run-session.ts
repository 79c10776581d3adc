import { type Agent, probeIsolation } from "@holdpoint/agent";
import { checksOf, HoldpointError } from "@holdpoint/core";
import {
  acceptedAttempts,
  attemptWorkspace,
  createGatekeeper,
  createPlanHosts,
  createSettler,
  type Gatekeeper,
  producersOf,
  recordExposure,
  type WorkPlanEnd,
  workPlan,
} from "@holdpoint/server";
import { clearRunning, createCheckRunner, createSubjectReader } from "../engine/check-runner.ts";
import { isTrusted } from "../engine/load-fleet.ts";
import { createProgress, type Progress } from "../engine/progress.ts";
import { chooseView } from "../output/choose-view.ts";
import { outlineOf } from "../output/plan-outline.ts";
import { styleFor } from "../output/style.ts";
import type { VerificationReport } from "../report/report-model.ts";
import { consentText } from "../trust/consent-text.ts";
import { userFolder } from "../trust/user-key.ts";
import { whyBarred } from "../trust/why-barred.ts";
import { finalReport } from "./final-report.ts";
import { hostPlan } from "./host-plan.ts";
import { createLocalFleet, type LocalFleet } from "./local-fleet.ts";
import { poolProgress, settlementProgress } from "./pool-progress.ts";
import { ownerName, recoverWork } from "./recover.ts";
import { checkpointsToReopen } from "./reopen.ts";
import { AttemptLog } from "./run-report.ts";
import type { BegunSession, RunSession } from "./session.types.ts";
import { takeEvidence } from "./take-evidence.ts";
import { createWorkSource } from "./work-source.ts";
import { createWorkspaces } from "./workspaces.ts";
import { workspacesFolder } from "./workspaces-folder.ts";

/** Leases of local agents are renewed every third of this, milliseconds. */
const LEASE_TTL_MS = 30_000;
const POLL_MS = 250;

/** Works the plan until nothing can move, then judges every gate as the folder is, and reports. */
export async function runSession(session: RunSession): Promise<{ report: VerificationReport; interrupted: boolean }> {
  const { call, place, plan, graph, engine, interrupt } = session;
  const { app, runtime } = engine;
  const startedAt = runtime.now();
  const { sidecarText: sidecar } = session;
  const { planId } = (await app.importPlan({ source: place.planFile, document: plan, graph, sidecar })).plan;
  const stateFolder = workspacesFolder(place, call.env);
  const sole = engine.store.kind === "embedded" && !engine.store.joined;
  const recovered = await recoverWork({ work: app.work, planId, place, stateFolder, sole });
  await clearRunning(place);
  const tasks = graph.nodes.flatMap((node) => (node.kind === "task" && node.item !== null ? [node.item] : []));
  const view = chooseView({
    events: call.options["events"] === true,
    out: call.out,
    err: call.err,
    env: call.env,
    style: styleFor(call.err, call.env),
    outline: outlineOf(plan, tasks),
  });
  try {
    const progress = createProgress(view, runtime);
    const agents = session.fleet.agents
      .filter((agent) => isTrusted(agent, session.consent.trust))
      .map(({ name }) => name);
    progress.tell({ type: "run.started", plan: plan.title, tasks: tasks.length, gates: plan.gates.length, agents });
    const note = (level: "info" | "warning", message: string): void => progress.tell({ type: "note", level, message });
    if (recovered > 0) note("info", `${recovered} tasks of a run that was ended are handed out again`);
    for (const { message, line } of graph.notes) note("warning", `line ${line}: ${message}`);
    const gatekeeper = await openGatekeeper(session, planId, progress);
    const leaveOut = [...new Set(checksOf(plan, session.sidecar).flatMap((check) => check.files))];
    const log = new AttemptLog();
    const begun: BegunSession = { ...session, planId, startedAt, progress, gatekeeper, log, leaveOut, stateFolder };
    const exposures: Promise<void>[] = [];
    const fleet = openFleet(begun, exposures);
    const endHosting = await hostPlan({
      hosts: createPlanHosts(engine.store, app.tenant),
      planId,
      owner: ownerName(),
      runtime,
      onOther: () =>
        note("warning", "another process runs the checks of this plan too; each settles what it sees first"),
    });
    let end: WorkPlanEnd;
    try {
      end = await work(begun, fleet);
    } finally {
      await Promise.allSettled(exposures);
      await endHosting();
    }
    await Promise.all(exposures);
    const report = await finalReport(begun, (task) => fleet.canWork(task));
    return { report, interrupted: end === "interrupted" || interrupt.signal.aborted };
  } finally {
    view.close();
  }
}

async function openGatekeeper(session: RunSession, planId: string, progress: Progress): Promise<Gatekeeper> {
  const { call, place, plan, sidecar, consent, fleet, interrupt, engine } = session;
  const { app, runtime, store } = engine;
  const producers = await producersOf(store, app.tenant, planId);
  return createGatekeeper({
    store: app.gates,
    runner: createCheckRunner(place, runtime, call.env, sidecar?.isolation === "required" ? "required" : "auto"),
    subjects: createSubjectReader(),
    runtime,
    tenant: app.tenant,
    planId,
    plan,
    sidecar,
    allowed: (check) => consent.trust.consentTo(consentText(check)) === "trusted",
    listener: progress.gatekeeper,
    accepted: () => acceptedAttempts(store, app.tenant, planId),
    producers: () => [...producers, ...fleet.agents.map((agent) => agent.name)],
    signal: interrupt.signal,
  });
}

function openFleet(begun: BegunSession, exposures: Promise<void>[]): LocalFleet {
  const { call, place, plan, engine, planId, gatekeeper, progress, log, stateFolder, leaveOut } = begun;
  const { app, runtime, store } = engine;
  const subjects = createSubjectReader();
  const taking = {
    gatekeeper,
    tenant: app.tenant,
    planDir: place.dir,
    planDigest: plan.digest,
    stateFolder,
    subjectOf: (dir: string) => subjects.subjectOf(dir, { leaveOut }),
  };
  const isolation = probeIsolation();
  const noIsolation = isolation.mode === null ? (isolation.reason ?? "not to be had on this machine") : null;
  const exposed = (ref: { taskId: string; attempt: number }, reason: string | null): Promise<void> =>
    recordExposure(store, app.tenant, runtime.now(), { ...ref, planId, reason });
  const source = createWorkSource({
    app,
    planId,
    plan,
    owner: ownerName(),
    begins: (ref) => (noIsolation === null ? Promise.resolve() : exposed(ref, noIsolation)),
    handedOver: async (ref, account) => {
      for (const { name, reason } of account.handedOver.refused) {
        const message = `${account.agent} handed over ${name}, which was not taken: ${reason}`;
        progress.tell({ type: "note", level: "warning", message });
      }
      try {
        await takeEvidence(taking, ref, account);
      } catch (error) {
        // Without the database nothing can be told at all; anything else is the fault of what was handed over.
        if (error instanceof HoldpointError && error.definition.retryable) throw error;
        const why = error instanceof Error ? error.message : String(error);
        const message = `what ${account.agent} handed over in attempt ${ref.attempt} cannot be read: ${why}`;
        progress.tell({ type: "note", level: "warning", message });
      }
    },
  });
  const told = poolProgress(progress, log, () => runtime.now());
  const barred = (agent: Agent): string | null => whyBarred(agent, begun.consent.trust);
  return createLocalFleet(
    {
      agents: begun.fleet.agents.filter((agent) => barred(agent) === null),
      barred,
      runtime,
      plan: {
        dir: place.dir,
        document: place.planFile,
        title: plan.title,
        digest: plan.digest,
        readOnly: [place.sidecarFile, place.planFile, begun.fleet.folder],
        hidden: [place.stateDir, userFolder(call.env)],
      },
      stateFolder,
      artifactsFolder: place.artifactsDir,
      leaseTtlMs: LEASE_TTL_MS,
      pollMs: POLL_MS,
      source,
    },
    (event) => {
      // Isolation can also be wanting for one attempt alone, which is known when it has run.
      if (event.type === "ended" && noIsolation === null && event.outcome.result?.isolation.level === "none") {
        const { taskId, attempt, result } = event.outcome;
        const noted = exposed({ taskId, attempt }, result.isolation.reason);
        noted.catch(() => undefined);
        exposures.push(noted);
      }
      told(event);
    },
  );
}

/** The work itself. Whatever ends it, no attempt is left running. */
async function work(begun: BegunSession, fleet: LocalFleet): Promise<WorkPlanEnd> {
  const { place, graph, plan, engine, planId, gatekeeper, progress, log, interrupt, consent } = begun;
  const { app, store, runtime } = engine;
  const commands = [...begun.fleet.commands, ...checksOf(plan, begun.sidecar).map((check) => consentText(check))];
  // Judging without a single check that may run would only put the work in disorder.
  if (commands.length > 0 && commands.every((command) => consent.trust.consentTo(command) !== "trusted")) {
    return interrupt.signal.aborted ? "interrupted" : "nothing_can_move";
  }
  const reopen = await checkpointsToReopen({ work: app.work, planId, graph, gatekeeper, planDir: place.dir });
  if (reopen.length > 0 && !interrupt.signal.aborted) {
    await app.work.importGraph({ planId, graph, reopen });
    const message = `gates that were open before are judged again: ${reopen.length}`;
    progress.tell({ type: "note", level: "warning", message });
  }
  const workspaces = createWorkspaces({
    place,
    stateFolder: begun.stateFolder,
    plan: begun.document,
    said: (taskId, attempt) => attemptWorkspace(store, app.tenant, { taskId, attempt }),
  });
  const drain = (): void => void fleet.drain().catch(() => undefined);
  interrupt.signal.addEventListener("abort", drain, { once: true });
  let end: WorkPlanEnd | null = null;
  try {
    if (!interrupt.signal.aborted) fleet.start();
    end = await workPlan({
      work: app.work,
      planId,
      fleet,
      settle: createSettler({ work: app.work, gatekeeper, workspaces, planDir: place.dir, signal: interrupt.signal }),
      runtime,
      waitMs: begun.waitMs,
      signal: interrupt.signal,
      listener: {
        settled: settlementProgress(progress, log),
        withoutAgent: ({ key: task, title, capabilities }) =>
          progress.tell({ type: "task.waiting", task, title, why: `no agent for ${capabilities.join(", ") || "it"}` }),
      },
    });
    if (end !== "interrupted") await fleet.finish();
    return end;
  } finally {
    interrupt.signal.removeEventListener("abort", drain);
    if (end === null || end === "interrupted") await fleet.drain().catch(() => undefined);
  }
}
