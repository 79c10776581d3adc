import { agentTakes } from "@holdpoint/agent";
import { type Criterion, checksOf } from "@holdpoint/core";
import type { TaskView } from "@holdpoint/server";
import { createSubjectReader } from "../engine/check-runner.ts";
import { isTrusted } from "../engine/load-fleet.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { buildReport } from "../report/build-report.ts";
import type { VerificationReport } from "../report/report-model.ts";
import { consentText } from "../trust/consent-text.ts";
import { countTasks, waitsFor } from "./run-report.ts";
import type { BegunSession } from "./session.types.ts";
import { type WrittenBack, writeBack } from "./write-back.ts";

const ALL = 1_000_000;

/** Ticks what was accepted, judges every gate as the folder is now, and puts the report together. */
export async function finalReport(
  begun: BegunSession,
  canWork: (task: TaskView) => boolean,
): Promise<VerificationReport> {
  const { place, plan, sidecar, engine, planId, gatekeeper, progress, log, consent, planPath } = begun;
  const tasks = await engine.app.work.list({ planId, limit: ALL });
  const back = ticks(begun, tasks);
  const notes = back.written.length > 0 ? [...back.notes, ...windowsBegunAnew(begun)] : back.notes;
  for (const message of notes) progress.tell({ type: "note", level: "warning", message });
  const verdicts = await gatekeeper.judge({
    gates: plan.gates.map((gate) => gate.key),
    dir: place.dir,
    task: null,
    attempt: null,
    run: begun.interrupt.signal.aborted ? "never" : "stale",
  });
  const bound = gatekeeper.bound();
  const checks = checksOf(plan, sidecar);
  const refused = [...new Set([...consent.refused, ...gatekeeper.notAllowed().map((check) => consentText(check))])];
  const isRefused = (command: string): boolean => consent.trust.consentTo(command) !== "trusted";
  const commands = [...checks.map((check) => consentText(check)), ...begun.fleet.commands];
  const barred = begun.fleet.agents.filter((agent) => !isTrusted(agent, consent.trust));
  const waitsForConsent = (task: TaskView): boolean => {
    const item = plan.items.find((candidate) => candidate.key === task.key);
    return item !== undefined && barred.some((agent) => agentTakes(agent, item));
  };
  return buildReport({
    command: "run",
    plan: { ...plan, items: back.plan?.items ?? plan.items },
    planPath,
    startedAt: begun.startedAt,
    endedAt: engine.runtime.now(),
    subject: await createSubjectReader().subjectOf(place.dir, { leaveOut: begun.leaveOut }),
    verdicts,
    bound,
    observations: gatekeeper.observations(),
    turns: progress.turns,
    problems: begun.problems,
    notAllowed: refused.map((command) => ({
      line: checks.find((check) => consentText(check) === command)?.line ?? 0,
      command,
    })),
    nothingAllowed: commands.length > 0 && commands.every((command) => isRefused(command)),
    work: {
      tasks: countTasks(tasks),
      attempts: log.list(),
      waitsFor: waitsFor({ tasks, verdicts, bound, canWork, waitsForConsent, plan, planPath }),
      writtenBack: back.written,
    },
  });
}

/** A box that was ticked is a change of the tree: what watches all of the tree begins anew. */
function windowsBegunAnew({ plan, sidecar, gatekeeper }: BegunSession): readonly string[] {
  const whole = new Set(checksOf(plan, sidecar).flatMap((check) => (check.inputs.length === 0 ? [check.id] : [])));
  const windows = [...gatekeeper.bound().values()].filter(
    ({ gate, bound }) => hasWindow(gate.criterion) && bound.checks.some(({ id }) => whole.has(id)),
  );
  if (windows.length === 0) return [];
  const names = windows.map(({ gate }) => gate.metric ?? gate.key).join(", ");
  return [
    `Ticking accepted items changed the plan, so the window of ${names} begins anew: its check names no inputs and so watches every file. Name its inputs in the sidecar, or run with --no-write-back.`,
  ];
}

function hasWindow(criterion: Criterion | null): boolean {
  if (criterion?.kind === "composite") return criterion.of.some((part) => hasWindow(part));
  return criterion?.kind === "window";
}

type Ticks = Omit<WrittenBack, "plan"> & { readonly plan: WrittenBack["plan"] | null };

/** What cannot be written is told; the run's own result does not depend on it. */
function ticks({ place, call, writeBack: wanted }: BegunSession, tasks: readonly TaskView[]): Ticks {
  if (!wanted) return { written: [], notes: [], plan: null };
  const accepted = tasks.filter((task) => task.state === "accepted" && task.kind === "task").map((task) => task.key);
  const name = displayPath(place.planFile, call.cwd);
  try {
    return writeBack(place.planFile, name, accepted);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { written: [], notes: [`Nothing was written back to ${name}: ${why}`], plan: null };
  }
}
