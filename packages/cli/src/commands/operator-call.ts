import { type PlanDocument, problem, type TaskState } from "@holdpoint/core";
import type { CommandOutcome, OperatorCommand, TaskView } from "@holdpoint/server";
import type { CommandCall } from "../command.ts";
import { loadPlan } from "../engine/load-plan.ts";
import { type Engine, withEngine } from "../engine/open-engine.ts";
import { type PlanPlace, planPlace } from "../place/plan-place.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { argument, required } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";
import { refuseInsideAttempt } from "./person-call.ts";

const ALL = 1_000_000;

/** A plan whose tasks are looked at or moved. */
export interface TasksCall {
  readonly place: PlanPlace;
  readonly planPath: string;
  readonly plan: PlanDocument;
}

/** A call in which a person moves tasks. */
export interface OperatorCall extends TasksCall {
  readonly name: string;
  readonly reason: string;
}

/** Reads which plan is meant. @throws HP1xxx, HP22xx, HP80xx when it cannot be read */
export function tasksCall(call: CommandCall): TasksCall {
  const place = planPlace(argument(call, 0), call.cwd);
  const { plan } = loadPlan(place, call.cwd);
  return { place, planPath: displayPath(place.planFile, call.cwd), plan };
}

/**
 * Reads what `task redrive` and `task cancel` share, before anything is opened.
 *
 * @throws HP8013 inside an attempt, HP8010 without name or reason
 */
export function operatorCall(call: CommandCall, command: string): OperatorCall {
  refuseInsideAttempt(call, command);
  const name = required(call, "as", "--as").trim();
  const reason = required(call, "reason", "--reason").trim();
  return { ...tasksCall(call), name, reason };
}

/** Opens the engine and gives the plan's tasks, as the last run or import left them; none when no run knew the plan. */
export function withTasks<T>(
  call: CommandCall,
  { place }: TasksCall,
  work: (engine: Engine, tasks: readonly TaskView[]) => Promise<T>,
): Promise<T> {
  return withEngine(call, place, "record", async (engine) => {
    const { plans, work: store } = engine.app;
    const known = await plans.findBySource(place.planFile);
    return work(engine, known === null ? [] : await store.list({ planId: known.planId, limit: ALL }));
  });
}

/**
 * The task that a person means: by its key, else by the id that the plan gives it.
 *
 * @throws HP8021 when no run knew it, HP8022 when the id could mean several
 */
export function taskNamed(tasks: readonly TaskView[], { plan, planPath }: TasksCall, name: string): TaskView {
  const at = { file: planPath };
  const own = tasks.filter((task) => task.kind === "task");
  const byKey = own.find((task) => task.key === name);
  if (byKey !== undefined) return byKey;
  const keys = new Set(plan.items.filter((item) => item.id === name).map((item) => item.key));
  const found = own.filter((task) => keys.has(task.key));
  const [only, ...more] = found;
  if (only === undefined) throw problem(commandProblems, "HP8021", { key: name, plan: planPath }, at);
  if (more.length === 0) return only;
  throw problem(commandProblems, "HP8022", { name, tasks: found.map(({ key }) => key).join(", "), plan: planPath }, at);
}

/** How a command moves tasks. */
export interface TaskMove {
  /** Words after `holdpoint`. */
  readonly command: "task redrive" | "task cancel";
  readonly from: readonly TaskState[];
  readonly apply: (command: OperatorCommand) => Promise<CommandOutcome>;
}

/**
 * Moves tasks, all of them or, when one is in another state than the command takes, none.
 *
 * @throws HP8023 for a task that cannot be moved so
 */
export async function moveTasks(
  tasks: readonly TaskView[],
  { name, reason, planPath }: OperatorCall,
  { command, from, apply }: TaskMove,
): Promise<readonly { readonly key: string; readonly title: string; readonly state: TaskState }[]> {
  const cannot = (key: string, state: string): Error =>
    problem(
      commandProblems,
      "HP8023",
      { key, state, command: `holdpoint ${command}`, states: from.join(" or "), plan: planPath },
      { file: planPath },
    );
  const wrong = tasks.find(({ state }) => !from.includes(state));
  if (wrong !== undefined) throw cannot(wrong.key, wrong.state);
  const moved: { key: string; title: string; state: TaskState }[] = [];
  for (const { taskId, key, title } of tasks) {
    const outcome = await apply({ taskId, by: name, reason });
    // A run on the same database moved it since it was listed.
    if (!outcome.ok) throw cannot(key, outcome.state ?? "gone");
    moved.push({ key, title, state: outcome.state });
  }
  return moved;
}
