import type { Runtime } from "@holdpoint/core";
import type { GatekeeperListener } from "@holdpoint/server";
import type { ProgressView } from "../output/progress-view.ts";
import type { LiveEvent } from "../report/live-event.ts";
import type { ReportGate } from "../report/report-model.ts";

type Told = LiveEvent extends infer E ? (E extends { readonly at: string } ? Omit<E, "at"> : never) : never;

/** Tells the view what happens, and remembers how gates turned. */
export interface Progress {
  tell(event: Told): void;
  readonly gatekeeper: GatekeeperListener;
  /** Verdicts by gate, oldest first, repeats left out. */
  readonly turns: ReadonlyMap<string, ReportGate["turns"]>;
}

/** Connects the engine's listeners with a view. */
export function createProgress(view: ProgressView, runtime: Pick<Runtime, "now">): Progress {
  const turns = new Map<string, ReportGate["turns"][number][]>();
  const tell = (event: Told): void => view.show({ at: new Date(runtime.now()).toISOString(), ...event });
  return {
    tell,
    turns,
    gatekeeper: {
      checkStarted: (check) => tell({ type: "check.started", check: check.id, command: check.run }),
      checkEnded: ({ check, run }) => {
        const outcome = !run.started
          ? "not started"
          : run.timedOut
            ? "timed out"
            : `exit ${run.exitCode ?? run.signal ?? "?"}`;
        tell({ type: "check.ended", check: check.id, outcome, durationMs: run.endedAt - run.startedAt });
      },
      gateJudged: ({ gate }, verdict) => {
        const known = turns.get(gate.key) ?? [];
        const newest = known.at(-1);
        if (newest?.verdict === verdict.verdict && newest.reason === verdict.reason) return;
        known.push({ at: new Date(runtime.now()).toISOString(), verdict: verdict.verdict, reason: verdict.reason });
        turns.set(gate.key, known);
        const { verdict: value, reason, explanation } = verdict;
        const { key, metric, text, severity } = gate;
        tell({ type: "gate.judged", gate: key, metric, text, severity, verdict: value, reason, explanation });
      },
    },
  };
}
