import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { editSidecar, loadSidecar, TIERS } from "@holdpoint/contract";
import { bindEvidence, checksOf, type PlanDocument, problem } from "@holdpoint/core";
import { openEvidenceBook } from "@holdpoint/server";
import type { CommandCall } from "../command.ts";
import { loadPlan } from "../engine/load-plan.ts";
import { withEngine } from "../engine/open-engine.ts";
import { oneLine } from "../output/plain-text.ts";
import { type PlanPlace, planPlace } from "../place/plan-place.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { argument, optional } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";
import { refuseInsideAttempt } from "./person-call.ts";

/** `holdpoint bind PLAN [GATE]`: says in the sidecar what speaks for a gate; without a gate, lists those without. */
export async function run(call: CommandCall): Promise<number> {
  refuseInsideAttempt(call, "bind");
  const place = planPlace(argument(call, 0), call.cwd);
  const planPath = displayPath(place.planFile, call.cwd);
  const { plan, sidecar } = loadPlan(place, call.cwd);
  const named = call.args[1];
  if (named === undefined) return listUnbound(call, place, plan, sidecar, planPath);

  const gate = plan.gates.find((candidate) => candidate.key === named || candidate.metric === named);
  if (gate === undefined) throw problem(commandProblems, "HP8011", { key: named, plan: planPath }, { file: planPath });
  const set = fieldsOf(call, plan, sidecar);
  const name = displayPath(place.sidecarFile, call.cwd);
  const before = existsSync(place.sidecarFile) ? readFileSync(place.sidecarFile, "utf8") : "";
  let after = before;
  for (const change of set.checks) after = editSidecar(after, change, name);
  after = editSidecar(after, { kind: "gate", key: gate.key, set: set.gate }, name);
  const { problems } = loadSidecar(after, name, plan);
  const broken = problems.find((found) => found.place.field?.startsWith(`gates.${gate.key}`) === true);
  if (broken !== undefined) throw broken;
  if (after !== before) {
    writeFileSync(`${place.sidecarFile}.new`, after);
    renameSync(`${place.sidecarFile}.new`, place.sidecarFile);
  }
  if (call.options["json"] === true) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/binding/v1", gate: gate.key, sidecar: name, changed: after !== before })}\n`);
  } else {
    call.out.write(after === before ? `${name} says so already.\n` : `${name}: gate ${gate.key} (${oneLine(gate.text)}) is bound.\n`);
    call.out.write(`Judge it: holdpoint verify ${planPath} --only ${gate.key}\n`);
  }
  return 0;
}

type GateFields = Parameters<typeof editSidecar>[1]["set"];
type Sidecar = Parameters<typeof checksOf>[1];

/** The fields that the options ask for; a command line of the plan becomes a check of the sidecar, so that it has an id. */
function fieldsOf(
  call: CommandCall,
  plan: PlanDocument,
  sidecar: Sidecar,
): { gate: GateFields; checks: Parameters<typeof editSidecar>[1][] } {
  const check = optional(call, "check");
  const known = checksOf(plan, sidecar);
  const found = known.find((candidate) => candidate.id === check || candidate.run === check?.trim());
  if (check !== undefined && found === undefined) {
    const ids = known.map((candidate) => candidate.id).join(", ") || "none yet";
    throw bad("--check", check, `Name a check of the sidecar or a command of the plan: ${ids}.`);
  }
  const minTier = optional(call, "minTier");
  if (minTier !== undefined && !TIERS.some((tier) => tier === minTier)) throw bad("--min-tier", minTier, `One of ${TIERS.join(", ")}.`);
  const exit = optional(call, "exit");
  if (exit !== undefined && !/^\d{1,3}$/.test(exit)) throw bad("--exit", exit, "A whole number from 0 to 255.");
  const metric = optional(call, "metric");
  const criterion = optional(call, "criterion");
  const gate: GateFields = {
    ...(found === undefined ? {} : { check: found.id }),
    ...(metric === undefined ? {} : { metric }),
    ...(exit === undefined ? {} : { exit: Number(exit) }),
    ...(criterion === undefined ? {} : { criterion }),
    ...(minTier === undefined ? {} : { minTier }),
  };
  if (Object.keys(gate).length === 0) throw bad("bind", "called without --check, --metric, --exit, --criterion or --min-tier", "Add at least one of them.");
  const isNew = found !== undefined && sidecar?.checks.some((candidate) => candidate.id === found.id) !== true;
  return { gate, checks: isNew ? [{ kind: "check", id: found.id, set: { run: found.run } }] : [] };
}

async function listUnbound(
  call: CommandCall,
  place: PlanPlace,
  plan: PlanDocument,
  sidecar: Sidecar,
  planPath: string,
): Promise<number> {
  const unbound = await withEngine(call, place, async ({ app }) => {
    const { planId } = await app.plans.importPlan({ source: place.planFile, document: plan });
    const records = (await openEvidenceBook(app.gates, planId)).records();
    return [...bindEvidence(plan, sidecar, records)].filter(([, one]) => one.bound.how === "none");
  });
  if (call.options["json"] === true) {
    const gates = unbound.map(([key, one]) => ({ key, problem: one.bound.problem, suggestion: one.suggestion }));
    call.out.write(`${JSON.stringify({ schema: "holdpoint/unbound/v1", plan: planPath, gates })}\n`);
    return 0;
  }
  if (unbound.length === 0) call.out.write("Something speaks for every gate.\n");
  else call.out.write(`# Nothing speaks for these gates yet. Lines for ${displayPath(place.sidecarFile, call.cwd)}:\nholdpoint: sidecar/v1\ngates:\n`);
  for (const [, one] of unbound) call.out.write(`${one.suggestion ?? ""}\n`);
  return 0;
}

function bad(flag: string, value: string, expected: string): Error {
  return problem(commandProblems, "HP8012", { flag, value, expected }, { field: flag });
}
