/** One process of a simulation: runs the seeds that it is told, and answers what they came to. */
import { catchBug, PLANTED_BUGS } from "./planted-bugs.ts";
import { runSeeds } from "./run-seeds.ts";

/** What a worker is asked for: worlds, or the hunt for one planted bug. */
export type WorkerTask =
  | { readonly seed: number; readonly runs: number }
  | { readonly bug: number; readonly seed: number; readonly mostWorlds: number };

// Refusals are thrown by the thousand, and nobody reads where; a world that fails is run again with all of that.
Error.stackTraceLimit = 0;
process.on("message", (task: WorkerTask) => {
  void (async () => {
    const bug = "bug" in task ? PLANTED_BUGS[task.bug] : undefined;
    if (bug !== undefined && "bug" in task) process.send?.(await catchBug(bug, task.seed, task.mostWorlds));
    else if ("runs" in task) process.send?.(await runSeeds(task.seed, task.runs));
  })();
});
process.on("disconnect", () => process.exit(0));
