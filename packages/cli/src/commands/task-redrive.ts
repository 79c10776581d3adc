import { problem } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { counted } from "../output/counted.ts";
import { oneLine, shellWord } from "../output/plain-text.ts";
import { wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";
import { moveTasks, operatorCall, taskNamed, withTasks } from "./operator-call.ts";

/** `holdpoint task redrive PLAN KEY… --as NAME --reason …`: hands tasks that are dead or held out again. */
export async function run(call: CommandCall): Promise<number> {
  const names = [...new Set(call.args.slice(1))];
  const allDead = call.options["allDead"] === true;
  if (allDead === names.length > 0) {
    const what = allDead ? "--all-dead leaves no place for keys." : "Name the tasks by their keys, or give --all-dead.";
    throw problem(commandProblems, "HP8018", { what, command: "holdpoint task redrive" });
  }
  const person = operatorCall(call, "task redrive");
  const moved = await withTasks(call, person, async ({ app }, tasks) => {
    const chosen = allDead
      ? tasks.filter(({ state, kind }) => state === "dead" && kind === "task")
      : [...new Set(names.map((name) => taskNamed(tasks, person, name)))];
    return moveTasks(chosen, person, {
      command: "task redrive",
      from: ["dead", "held"],
      apply: (input) => app.work.redrive(input),
    });
  });
  if (wantsJson(call)) {
    const tasks = moved.map(({ key, state }) => ({ key, state }));
    call.out.write(
      `${JSON.stringify({ schema: "holdpoint/tasks-moved/v1", command: "redrive", name: person.name, tasks })}\n`,
    );
    return 0;
  }
  if (moved.length === 0) {
    call.out.write(`No task of ${oneLine(person.planPath)} is out of tries.\n`);
    return 0;
  }
  for (const { key, title } of moved) call.out.write(`${oneLine(key)}  ${oneLine(title)}\n`);
  const plan = shellWord(person.planPath);
  call.out.write(`${oneLine(person.name)} put ${counted(moved.length, "task")} back; the tries begin anew.\n`);
  call.out.write(`Go on with: holdpoint run ${plan}\n`);
  return 0;
}
