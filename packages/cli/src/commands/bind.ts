import { editSidecar, loadSidecar } from "@holdpoint/contract";
import { checksOf, type PlanDocument, type PlanGate, problem, TIERS } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { loadPlan } from "../engine/load-plan.ts";
import { oneLine, shellWord } from "../output/plain-text.ts";
import { type PlanPlace, planPlace } from "../place/plan-place.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { readSidecarFile } from "../place/read-sidecar-file.ts";
import { writeWhole } from "../place/write-whole.ts";
import { argument, optional, wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";
import { gateNamed } from "./gate-named.ts";
import { refuseInsideAttempt } from "./person-call.ts";
import { listUnbound } from "./unbound-gates.ts";

type SidecarChange = Parameters<typeof editSidecar>[1];
type GateFields = SidecarChange["set"];
type Sidecar = Parameters<typeof checksOf>[1];

/** `holdpoint bind PLAN [GATE]`: says in the sidecar what speaks for a gate; without a gate, lists those without. */
export async function run(call: CommandCall): Promise<number> {
  refuseInsideAttempt(call, "bind");
  const place = planPlace(argument(call, 0), call.cwd);
  const planPath = displayPath(place.planFile, call.cwd);
  const { plan, sidecar } = loadPlan(place, call.cwd);
  const named = call.args[1];
  if (named === undefined) {
    if (OPTIONS.some((name) => optional(call, name) !== undefined))
      throw problem(commandProblems, "HP8010", { flag: "GATE" }, { field: "GATE" });
    return listUnbound(call, place, { plan, sidecar, planPath });
  }
  const gate = gateNamed(plan, named, planPath);
  const changes = changesOf(call, gate, plan, sidecar);
  const name = displayPath(place.sidecarFile, call.cwd);
  const changed = writeChanges(call, place, { plan, gate, changes, name });
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/binding/v1", gate: gate.key, sidecar: name, changed })}\n`);
  } else {
    call.out.write(
      changed ? `${name}: gate ${gate.key} (${oneLine(gate.text)}) is bound.\n` : `${name} says so already.\n`,
    );
    call.out.write(`Judge it: holdpoint verify ${shellWord(planPath)} --only ${gate.key}\n`);
  }
  return 0;
}

const OPTIONS = ["check", "metric", "exit", "criterion", "minTier"];

/** Splices the changes into the sidecar and writes it whole, unless that would leave the gate's entry broken. */
function writeChanges(
  call: CommandCall,
  place: PlanPlace,
  {
    plan,
    gate,
    changes,
    name,
  }: { plan: PlanDocument; gate: PlanGate; changes: readonly SidecarChange[]; name: string },
): boolean {
  const before = readSidecarFile(place, call.cwd) ?? "";
  const after = changes.reduce((text, change) => editSidecar(text, change, name), before);
  const { problems } = loadSidecar(after, name, plan);
  const broken = problems.find((found) => found.place.field?.startsWith(`gates.${gate.key}`) === true);
  const criterion = optional(call, "criterion");
  // What was just typed is a wrong call; the sidecar on disk is as it was.
  if (broken !== undefined && criterion !== undefined)
    throw bad("--criterion", criterion, `${broken.message} ${broken.remedy}`);
  if (broken !== undefined) throw broken;
  if (after === before) return false;
  writeWhole(place.sidecarFile, after);
  return true;
}

/** The changes that the options ask for; a command line of the plan becomes a check of the sidecar, so that it has an id. */
function changesOf(call: CommandCall, gate: PlanGate, plan: PlanDocument, sidecar: Sidecar): readonly SidecarChange[] {
  const check = optional(call, "check");
  const known = checksOf(plan, sidecar);
  const found = known.find((candidate) => candidate.id === check || candidate.run === check?.trim());
  if (check !== undefined && found === undefined) {
    const ids = known.map((candidate) => `${candidate.id} (${oneLine(candidate.run)})`).join(", ") || "none yet";
    throw bad("--check", check, `Name a check of the sidecar or a command of the plan: ${ids}.`);
  }
  const set: GateFields = { ...(found === undefined ? {} : { check: found.id }), ...fieldsOf(call) };
  if (Object.keys(set).length === 0)
    throw problem(commandProblems, "HP8010", { flag: "--check, --metric, --exit, --criterion or --min-tier" });
  const isNew = found !== undefined && sidecar?.checks.some((candidate) => candidate.id === found.id) !== true;
  const added: readonly SidecarChange[] = isNew ? [{ kind: "check", id: found.id, set: { run: found.run } }] : [];
  return [...added, { kind: "gate", key: gate.key, set }];
}

/** The options that stand for one field each. @throws HP8012 */
function fieldsOf(call: CommandCall): GateFields {
  const minTier = optional(call, "minTier");
  if (minTier !== undefined && !TIERS.some((tier) => tier === minTier))
    throw bad("--min-tier", minTier, `One of ${TIERS.join(", ")}.`);
  const exit = optional(call, "exit");
  if (exit !== undefined && !/^0{1,3}$/.test(exit))
    throw bad("--exit", exit, "Only 0 opens a gate; let the command turn another good status into 0.");
  const metric = optional(call, "metric");
  if (metric?.trim() === "") throw bad("--metric", "empty", "Name the metric that the check yields.");
  const criterion = optional(call, "criterion");
  return {
    ...(metric === undefined ? {} : { metric }),
    ...(exit === undefined ? {} : { exit: Number(exit) }),
    ...(criterion === undefined ? {} : { criterion }),
    ...(minTier === undefined ? {} : { minTier }),
  };
}

function bad(flag: string, value: string, expected: string): Error {
  return problem(commandProblems, "HP8012", { flag, value, expected }, { field: flag });
}
