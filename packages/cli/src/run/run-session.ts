import { type AttemptAccount, openWorktree, attemptName } from "@holdpoint/agent";
import { type BindingSidecar, checksOf, type PlanDocument, type PlanProblem, type WorkGraph } from "@holdpoint/core";
import {
  createGatekeeper,
  createSettler,
  type Gatekeeper,
  type HandedEvidence,
  handedOverRecords,
  workPlan,
} from "@holdpoint/server";
import type { CommandCall } from "../command.ts";
import { createCheckRunner, createSubjectReader } from "../engine/check-runner.ts";
import type { ConsentDecision } from "../engine/consent.ts";
import { onInterrupt } from "../engine/interrupt.ts";
import type { Fleet } from "../engine/load-fleet.ts";
import type { Engine } from "../engine/open-engine.ts";
import { createProgress } from "../engine/progress.ts";
import { chooseView } from "../output/choose-view.ts";
import { outlineOf } from "../output/plan-outline.ts";
import { styleFor } from "../output/style.ts";
import type { PlanPlace } from "../place/plan-place.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { buildReport } from "../report/build-report.ts";
import type { VerificationReport } from "../report/report-model.ts";
import { userFolder } from "../trust/user-key.ts";
import { createLocalFleet } from "./local-fleet.ts";
import { poolProgress, settlementProgress } from "./pool-progress.ts";
import { ownerName, recoverWork } from "./recover.ts";
import { AttemptLog, countTasks, waitsFor } from "./run-report.ts";
import { createWorkSource } from "./work-source.ts";
import { createWorkspaces } from "./workspaces.ts";
import { writeBack } from "./write-back.ts";

/** Everything one run is made from. */
export interface RunSession {
  readonly call: CommandCall;
  readonly place: PlanPlace;
  readonly planPath: string;
  readonly plan: PlanDocument;
  readonly sidecar: BindingSidecar | null;
  readonly problems: readonly PlanProblem[];
  readonly graph: WorkGraph;
  readonly fleet: Fleet;
  readonly consent: ConsentDecision;
  readonly waitMs: number;
  readonly engine: Engine;
  readonly writeBack: boolean;
}

/** Leases of local agents are renewed every third of this, milliseconds. */
const LEASE_TTL_MS = 30_000;

/** Works the plan until nothing can move, then judges every gate as the folder is, and reports. */
export async function runSession(session: RunSession): Promise<{ report: VerificationReport; interrupted: boolean }> {
  const { call, place, plan, sidecar, engine } = session;
  const { app, runtime } = engine;
  const startedAt = runtime.now();
  const { planId } = (await app.importPlan({ source: place.planFile, document: plan, graph: session.graph })).plan;
  const recovered = await recoverWork(app.work, planId, place, engine.store.kind === "embedded");
  const tasks = session.graph.nodes.flatMap((node) => (node.kind === "task" && node.item !== null ? [node.item] : []));
  const view = chooseView({
    events: call.options["events"] === true,
    out: call.out,
    err: call.err,
    env: call.env,
    style: styleFor(call.err, call.env),
    outline: outlineOf(plan, tasks),
  });
  const progress = createProgress(view, runtime);
  const interrupt = onInterrupt();
  const allowedAgents = session.fleet.agents.filter((agent) => session.consent.trust.consentTo(commandOf(agent)) === "trusted");
  const subjects = createSubjectReader();
  const log = new AttemptLog();
  try {
    progress.tell({
      type: "run.started",
      plan: plan.title,
      tasks: tasks.length,
      gates: plan.gates.length,
      agents: allowedAgents.map((agent) => agent.name),
    });
    if (recovered > 0) progress.tell({ type: "note", level: "info", message: `${recovered} tasks of a run that was ended are handed out again` });
    for (const { message, line } of session.graph.notes) progress.tell({ type: "note", level: "warning", message: `line ${line}: ${message}` });
    const gatekeeper = await createGatekeeper({
      store: app.gates,
      runner: createCheckRunner(place, runtime, call.env, sidecar?.isolation === "required" ? "required" : "auto"),
      subjects,
      runtime,
      tenant: app.tenant,
      planId,
      plan,
      sidecar,
      allowed: (check) => session.consent.trust.consentTo(check.run) === "trusted",
      listener: progress.gatekeeper,
      producers: () => session.fleet.agents.map((agent) => agent.name),
      signal: interrupt.signal,
    });
    const fleet = createLocalFleet(
      {
        agents: allowedAgents,
        runtime,
        plan: {
          dir: place.dir,
          document: place.planFile,
          title: plan.title,
          digest: plan.digest,
          readOnly: [place.sidecarFile],
          hidden: [place.stateDir, userFolder(call.env)],
        },
        artifactsFolder: place.artifactsDir,
        leaseTtlMs: LEASE_TTL_MS,
        pollMs: 250,
        source: createWorkSource({
          app,
          planId,
          plan,
          owner: ownerName(),
          handedOver: (work, account) => takeEvidence(session, gatekeeper, work, account),
        }),
      },
      poolProgress(progress, log, () => runtime.now()),
    );
    interrupt.signal.addEventListener("abort", () => void fleet.drain(), { once: true });
    fleet.start();
    const end = await workPlan({
      work: app.work,
      planId,
      fleet,
      settle: createSettler({ work: app.work, gatekeeper, workspaces: createWorkspaces(place), planDir: place.dir }),
      runtime,
      waitMs: session.waitMs,
      signal: interrupt.signal,
      listener: {
        settled: settlementProgress(progress, log),
        withoutAgent: (task) =>
          progress.tell({ type: "task.waiting", task: task.key, title: task.title, why: `no agent for ${task.capabilities.join(", ") || "it"}` }),
      },
    });
    if (end === "interrupted") await fleet.drain();
    else await fleet.finish();
    return { report: await finalReport(), interrupted: end === "interrupted" };

    /** Ticks what was accepted, judges every gate as the folder is now, and puts the report together. */
    async function finalReport(): Promise<VerificationReport> {
      const standing = await app.work.list({ planId, limit: 1_000_000 });
      const accepted = standing.filter((task) => task.state === "accepted" && task.kind === "task").map((task) => task.key);
      const back = session.writeBack ? writeBack(place.planFile, displayPath(place.planFile, call.cwd), accepted) : null;
      for (const message of back?.notes ?? []) progress.tell({ type: "note", level: "warning", message });
      const verdicts = await gatekeeper.judge({
        gates: plan.gates.map((gate) => gate.key),
        dir: place.dir,
        task: null,
        attempt: null,
        run: interrupt.signal.aborted ? "never" : "stale",
      });
      const bound = gatekeeper.bound();
      const checks = checksOf(plan, sidecar);
      view.close();
      return buildReport({
        command: "run",
        plan: { ...plan, items: back?.plan.items ?? plan.items },
        planPath: session.planPath,
        startedAt,
        endedAt: runtime.now(),
        subject: await subjects.subjectOf(place.dir, { leaveOut: [...new Set(checks.flatMap((check) => check.files))] }),
        verdicts,
        bound,
        observations: gatekeeper.observations(),
        turns: progress.turns,
        problems: session.problems,
        notAllowed: session.consent.refused.map((command) => ({ line: checks.find((check) => check.run === command)?.line ?? 0, command })),
        nothingAllowed: session.consent.refused.length > 0 && gatekeeper.observations().length === 0,
        work: {
          tasks: countTasks(standing),
          attempts: log.list(),
          waitsFor: waitsFor({ tasks: standing, verdicts, bound, canWork: (task) => fleet.canWork(task), plan, planPath: session.planPath }),
          writtenBack: back?.written ?? [],
        },
      });
    }
  } finally {
    view.close();
    interrupt.stop();
  }
}

function commandOf(agent: Fleet["agents"][number]): string {
  return typeof agent.command === "string" ? agent.command : JSON.stringify(agent.command);
}

/** Records what an agent handed over, under the state of the folder it worked in. */
async function takeEvidence(
  { place, plan, engine }: RunSession,
  gatekeeper: Gatekeeper,
  work: { readonly taskId: string; readonly attempt: number },
  account: AttemptAccount,
): Promise<void> {
  if (account.handedOver.taken.length === 0) return;
  const worktree = await openWorktree({ planDir: place.dir, attempt: attemptName(work) });
  const subject = await createSubjectReader().subjectOf(worktree?.planDir ?? place.dir, { leaveOut: [] });
  const items = account.handedOver.taken.map(
    (taken): HandedEvidence =>
      taken.type === "evidence"
        ? { type: "word", metric: taken.metric, value: taken.value, unit: taken.unit ?? null }
        : { type: "file", path: taken.kept, name: taken.name ?? taken.path, digest: taken.digest, size: taken.size, reader: null },
  );
  const by = {
    tenant: engine.app.tenant,
    agent: account.agent,
    task: work.taskId,
    attempt: work.attempt,
    planDigest: plan.digest,
    subject,
    at: account.endedAt,
  };
  await gatekeeper.record(await handedOverRecords(items, by));
}
