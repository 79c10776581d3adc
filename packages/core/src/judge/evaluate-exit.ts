import type { ExitCriterion } from "../criteria/criterion.ts";
import { describeExit, doubtOfRun } from "./doubt.ts";
import type { Finding } from "./finding.ts";
import { inconclusive, measured } from "./finding.ts";
import { noRuns, type Observations } from "./observe.ts";

/** Judges the exit status of a check, which counts only where the sidecar binds it. */
export function evaluateExit(criterion: ExitCriterion, seen: Observations): Finding {
  if (!seen.input.bound.exitBound) {
    return inconclusive("unbound", "an exit status satisfies a gate only when the sidecar binds it");
  }
  const missing = noRuns(seen);
  if (missing !== null) return missing;
  const [run] = seen.newest;
  if (run === undefined || seen.newest.length > 1) {
    return inconclusive("ambiguous", `${seen.newest.length} checks could mean it`, seen.newest);
  }
  const exits = run.records.flatMap(({ statement }) => statement.predicate.exit ?? []);
  const [exit] = exits;
  if (exit === undefined) return inconclusive("source_error", `of ${run.source}, ${describeExit(null)}`, [run]);
  const broken = exits.find(
    (entry) => !entry.started || entry.timedOut || entry.signal !== null || entry.code === null,
  );
  if (broken !== undefined) return inconclusive("source_error", `of ${run.source}, ${describeExit(broken)}`, [run]);
  if (criterion.value !== 0) {
    return inconclusive("unparsed", `an exit status of ${criterion.value} is no success: only 0 can be asked for`, [
      run,
    ]);
  }
  const met = exits.every((entry) => entry.code === 0);
  const says = `${run.source} exited with ${String(exit.code)}, asked is ${criterion.value}`;
  return measured(met, says, [run], doubtOfRun(run, seen.input, { exit: false, age: true }));
}
