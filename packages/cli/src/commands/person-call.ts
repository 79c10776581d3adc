import {
  bindEvidence,
  type Criterion,
  type JudgedGate,
  type PlanDocument,
  type PlanGate,
  problem,
} from "@holdpoint/core";
import { openEvidenceBook, type PersonWord, signingIsolation } from "@holdpoint/server";
import type { CommandCall } from "../command.ts";
import { createSubjectReader } from "../engine/check-runner.ts";
import { loadPlan } from "../engine/load-plan.ts";
import { type Engine, withEngine } from "../engine/open-engine.ts";
import { lastPlan, type PlanPlace, planPlace } from "../place/plan-place.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { argument, optional, required } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";
import { gateNamed } from "./gate-named.ts";
import { isInsideAttempt } from "./inside-attempt.ts";

/** A call in which a person speaks about one gate, with everything looked up. */
export interface PersonCall {
  readonly place: PlanPlace;
  readonly planPath: string;
  readonly plan: PlanDocument;
  readonly gate: PlanGate;
  /** The gate as the sidecar leaves it, which is how it will be judged. */
  readonly judged: JudgedGate;
  /** The gate counts only what was made in isolation. */
  readonly needsIsolation: boolean;
  readonly name: string;
  readonly reason: string;
}

/**
 * Reads what `gate sign` and `gate waive` share.
 *
 * @throws HP8013 inside an attempt, HP8015 without a plan, HP8011 for a gate that is not there, HP8020 for a name that
 *   means several, HP8010 without name or reason
 */
export function personCall(call: CommandCall, command: string): PersonCall {
  refuseInsideAttempt(call, command);
  const name = required(call, "as", "--as").trim();
  const reason = required(call, "reason", "--reason").trim();
  const file = optional(call, "plan") ?? lastPlan(call.cwd);
  if (file === null) throw problem(commandProblems, "HP8015", { command: `holdpoint ${command}` }, { field: "--plan" });
  const place = planPlace(file, call.cwd);
  const planPath = displayPath(place.planFile, call.cwd);
  const { plan, sidecar } = loadPlan(place, call.cwd);
  const gate = gateNamed(plan, argument(call, 0), planPath);
  const bound = bindEvidence(plan, sidecar, []).get(gate.key);
  if (bound === undefined) throw new Error(`gate ${gate.key} is not bound although the plan has it`);
  const needsIsolation = bound.policy.isolation === "required";
  return { place, planPath, plan, gate, judged: bound.gate, needsIsolation, name, reason };
}

/** @throws HP8013 when the call comes from inside an attempt: agents do not judge their own work */
export function refuseInsideAttempt(call: CommandCall, command: string): void {
  if (!isInsideAttempt(call.env)) return;
  throw problem(commandProblems, "HP8013", { command: `holdpoint ${command}` });
}

/** Opens the engine, imports the plan as it is now, and gives the person's word to be recorded. */
export function withPerson<T>(
  call: CommandCall,
  person: PersonCall,
  record: (engine: Engine, planId: string, word: PersonWord) => Promise<T>,
): Promise<T> {
  const { place, plan, gate, name, reason } = person;
  return withEngine(call, place, "record", async (engine) => {
    const { planId } = await engine.app.plans.importPlan({ source: place.planFile, document: plan });
    const subject = await createSubjectReader().subjectOf(place.dir, { leaveOut: [] });
    const role = optional(call, "role")?.trim() || null;
    const { gates, tenant } = engine.app;
    const book = await openEvidenceBook(gates, planId);
    const isolation = await signingIsolation(engine.store, tenant, planId, book.records());
    const at = engine.runtime.now();
    return record(engine, planId, {
      tenant,
      planDigest: plan.digest,
      subject,
      gate: gate.key,
      name,
      role,
      reason,
      isolation,
      at,
    });
  });
}

/** What a person is told when anything of the plan ran without isolation, one line; null when nothing did. */
export function isolationNote({ needsIsolation }: PersonCall, isolation: PersonWord["isolation"]): string | null {
  if (isolation === "full") return null;
  const then = needsIsolation ? ", and the gate, which asks for isolation: required, will not count it" : "";
  return `Attempts or checks of this plan ran without isolation, so the record carries isolation: none${then}.\n`;
}

/** The roles in which a criterion asks for signatures; null stands for any. Empty when it asks for none. */
export function rolesAsked(criterion: Criterion | null): readonly (string | null)[] {
  if (criterion?.kind === "composite") return criterion.of.flatMap((part) => rolesAsked(part));
  return criterion?.kind === "witness" ? [criterion.role] : [];
}
