import type { CommandCall } from "../command.ts";
import { oneLine } from "../output/plain-text.ts";
import { argument, wantsJson } from "./arguments.ts";
import { moveTasks, operatorCall, taskNamed, withTasks } from "./operator-call.ts";

/** `holdpoint task cancel PLAN KEY --as NAME --reason …`: takes a task out of the work. */
export async function run(call: CommandCall): Promise<number> {
  const person = operatorCall(call, "task cancel");
  const [moved] = await withTasks(call, person, async ({ app }, tasks) => {
    const task = taskNamed(tasks, person, argument(call, 1));
    const from = ["waiting", "ready", "leased", "reported", "held", "dead"] as const;
    return moveTasks([task], person, { command: "task cancel", from, apply: (input) => app.work.cancel(input) });
  });
  if (moved === undefined) throw new Error("a task was cancelled and is not told");
  const { key, title, state } = moved;
  if (wantsJson(call)) {
    const tasks = [{ key, state }];
    call.out.write(
      `${JSON.stringify({ schema: "holdpoint/tasks-moved/v1", command: "cancel", name: person.name, tasks })}\n`,
    );
  } else {
    call.out.write(`${oneLine(person.name)} cancelled ${oneLine(key)} (${oneLine(title)}).\n`);
    call.out.write("It is not offered any more. What depends on it waits until the document says otherwise.\n");
  }
  return 0;
}
