import { TASK_STATES, type TaskState } from "@holdpoint/core";
import type { TaskView } from "@holdpoint/server";
import type { CommandCall } from "../command.ts";
import { counted } from "../output/counted.ts";
import { oneLine } from "../output/plain-text.ts";
import { type Style, styleFor } from "../output/style.ts";
import { tableLines } from "../output/table.ts";
import { list, oneOf, wantsJson } from "./arguments.ts";
import { tasksCall, withTasks } from "./operator-call.ts";

/** `holdpoint task list PLAN [--state …]`: the plan's tasks as the work stands. */
export async function run(call: CommandCall): Promise<number> {
  const states = wantedStates(list(call, "state"));
  const asked = tasksCall(call);
  const { known, tasks } = await withTasks(call, asked, async (_engine, all) => {
    const own = all.filter((task) => task.kind === "task");
    const chosen = own.filter(({ state }) => states === null || states.has(state));
    return await Promise.resolve({ known: own, tasks: chosen });
  });
  if (wantsJson(call)) {
    const plan = { title: asked.plan.title, path: asked.planPath };
    call.out.write(
      `${JSON.stringify({ schema: "holdpoint/task-list/v1", plan, counts: countsOf(known), tasks: tasks.map(toJson) })}\n`,
    );
    return 0;
  }
  call.out.write(render(asked.planPath, known, tasks, styleFor(call.out, call.env)));
  return 0;
}

/** The states that `--state` names; null for all. @throws HP8012 for a word that is none */
function wantedStates(names: readonly string[]): ReadonlySet<TaskState> | null {
  if (names.length === 0) return null;
  return new Set(names.map((name) => oneOf("--state", name, TASK_STATES)));
}

function countsOf(tasks: readonly TaskView[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    TASK_STATES.map((state): [string, number] => [state, tasks.filter((task) => task.state === state).length]),
  );
}

function toJson(task: TaskView): Record<string, unknown> {
  const { key, title, state, unmet, attempt, tries, maxAttempts, gates, missing, reason, lease } = task;
  return { key, title, state, unmet, attempt, tries, maxAttempts, gates, missing, reason, agent: lease?.agent ?? null };
}

function render(planPath: string, known: readonly TaskView[], tasks: readonly TaskView[], style: Style): string {
  if (known.length === 0) return `No run has worked ${oneLine(planPath)} yet, or it holds no task.\n`;
  const columns = [
    { header: "key" },
    { header: "state" },
    { header: "tries", align: "right" as const },
    { header: "task", flexible: true as const },
    { header: "why", flexible: true as const },
  ];
  const rows = tasks.map((task) => [
    oneLine(task.key),
    task.state,
    `${task.tries}/${task.maxAttempts}`,
    oneLine(task.title),
    oneLine(whyOf(task)),
  ]);
  const states = TASK_STATES.flatMap((state) => {
    const count = known.filter((task) => task.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const table = tableLines(columns, rows, style);
  return `${[...table, ...(table.length === 0 ? [] : [""]), `${counted(known.length, "task")}: ${states.join(", ")}`].join("\n")}\n`;
}

function whyOf({ state, lease, reason, missing, unmet }: TaskView): string {
  if (state === "leased" && lease !== null) return `worked on by ${lease.agent}`;
  if (state === "waiting") return `waits for ${unmet} before it`;
  return reason ?? missing.join(" ");
}
