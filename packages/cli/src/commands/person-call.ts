import { type Criterion, type PlanDocument, type PlanGate, problem } from "@holdpoint/core";
import type { PersonWord } from "@holdpoint/server";
import type { CommandCall } from "../command.ts";
import { createSubjectReader } from "../engine/check-runner.ts";
import { loadPlan } from "../engine/load-plan.ts";
import { type Engine, withEngine } from "../engine/open-engine.ts";
import { lastPlan, type PlanPlace, planPlace } from "../place/plan-place.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { argument, optional, required } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

/** A call in which a person speaks about one gate, with everything looked up. */
export interface PersonCall {
  readonly place: PlanPlace;
  readonly planPath: string;
  readonly plan: PlanDocument;
  readonly gate: PlanGate;
  readonly name: string;
  readonly reason: string;
}

/**
 * Reads what `gate sign` and `gate waive` share.
 *
 * @throws HP8013 inside an attempt, HP8015 without a plan, HP8011 for a gate that is not there, HP8010 without name or
 *   reason
 */
export function personCall(call: CommandCall, command: string): PersonCall {
  refuseInsideAttempt(call, command);
  const name = required(call, "as", "--as").trim();
  const reason = required(call, "reason", "--reason").trim();
  const file = optional(call, "plan") ?? lastPlan(call.cwd);
  if (file === null) throw problem(commandProblems, "HP8015", { command: `holdpoint ${command}` }, { field: "--plan" });
  const place = planPlace(file, call.cwd);
  const planPath = displayPath(place.planFile, call.cwd);
  const { plan } = loadPlan(place, call.cwd);
  const key = argument(call, 0);
  const gate = plan.gates.find((candidate) => candidate.key === key) ?? onlyWithMetric(plan, key);
  if (gate === undefined) throw problem(commandProblems, "HP8011", { key, plan: planPath }, { file: planPath });
  return { place, planPath, plan, gate, name, reason };
}

/** @throws HP8013 when the call comes from inside an attempt: agents do not judge their own work */
export function refuseInsideAttempt(call: CommandCall, command: string): void {
  if ((call.env["HOLDPOINT_TASK"] ?? "") === "") return;
  throw problem(commandProblems, "HP8013", { command: `holdpoint ${command}` });
}

/** Opens the engine, imports the plan as it is now, and gives the person's word to be recorded. */
export function withPerson<T>(
  call: CommandCall,
  person: PersonCall,
  record: (engine: Engine, planId: string, word: PersonWord) => Promise<T>,
): Promise<T> {
  const { place, plan, gate, name, reason } = person;
  return withEngine(call, place, async (engine) => {
    const { planId } = await engine.app.plans.importPlan({ source: place.planFile, document: plan });
    const subject = await createSubjectReader().subjectOf(place.dir, { leaveOut: [] });
    const role = optional(call, "role") ?? null;
    const at = engine.runtime.now();
    return record(engine, planId, { tenant: engine.app.tenant, planDigest: plan.digest, subject, gate: gate.key, name, role, reason, at });
  });
}

/** Whether a criterion asks for a signature anywhere. */
export function asksForWitness(criterion: Criterion | null): boolean {
  if (criterion?.kind === "composite") return criterion.of.some((part) => asksForWitness(part));
  return criterion?.kind === "witness";
}

function onlyWithMetric(plan: PlanDocument, metric: string): PlanGate | undefined {
  const found = plan.gates.filter((gate) => gate.metric === metric);
  return found.length === 1 ? found[0] : undefined;
}
