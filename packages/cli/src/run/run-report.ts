import { isOpen, type PlanDocument, type Verdict } from "@holdpoint/core";
import type { Settlement, TaskView } from "@holdpoint/server";
import { shellWord } from "../output/plain-text.ts";
import { nextStep } from "../report/build-report.ts";
import type { ReportAttempt, ReportWork } from "../report/report-model.ts";

type Bound = Parameters<typeof nextStep>[1];

/** What {@link waitsFor} looks at. */
export interface StandingWork {
  readonly tasks: readonly TaskView[];
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly bound: ReadonlyMap<string, NonNullable<Bound>>;
  readonly canWork: (task: TaskView) => boolean;
  /** Whether an agent could be given the task if the user let its command run. */
  readonly waitsForConsent: (task: TaskView) => boolean;
  readonly plan: PlanDocument;
  readonly planPath: string;
}

/** Everything that cannot move by itself, each with what would move it. What waits for another task is not listed. */
export function waitsFor(standing: StandingWork): ReportWork["waitsFor"] {
  const { tasks, canWork, waitsForConsent, planPath } = standing;
  const lines: ReportWork["waitsFor"][number][] = [];
  for (const task of tasks) {
    if (task.state === "held") lines.push(...heldBy(task, standing));
    else if (task.state === "dead") {
      const why = task.reason ?? task.missing.join("; ");
      lines.push({
        kind: "dead",
        what: `${task.title}: out of tries after ${task.tries}${why === "" ? "" : ` (${why})`}`,
        next: redriveLine(planPath, task),
      });
    } else if (task.state === "ready" && !canWork(task) && waitsForConsent(task)) {
      const next = `holdpoint trust ${shellWord(planPath)} --yes`;
      lines.push({ kind: "person", what: `${task.title}: its agent may not run without your consent`, next });
    } else if (task.state === "ready" && !canWork(task)) {
      const asks = task.capabilities.join(", ") || "any agent";
      lines.push({ kind: "agent", what: `${task.title}: no agent for ${asks}`, next: null });
    }
  }
  return lines;
}

function heldBy(task: TaskView, { verdicts, bound, plan, planPath }: StandingWork): ReportWork["waitsFor"] {
  const shut = task.gates.flatMap((key) => {
    const verdict = verdicts.get(key);
    return verdict === undefined || isOpen(verdict) ? [] : [{ key, verdict }];
  });
  if (shut.length === 0) {
    const next = redriveLine(planPath, task);
    return [{ kind: "person", what: `${task.title}: ${task.missing.join(" ")}`, next }];
  }
  return shut.map(({ key, verdict }) => {
    const gate = plan.gates.find((candidate) => candidate.key === key);
    const name = gate?.metric ?? gate?.text ?? key;
    const kind =
      verdict.reason === "awaiting_witness" ? "person" : verdict.reason === "window_incomplete" ? "time" : "gate";
    return {
      kind,
      what: `${task.title}: ${name} is ${verdict.verdict} (${verdict.reason}). ${verdict.explanation}`,
      next: nextStep(key, bound.get(key), verdict, planPath),
    };
  });
}

/** The exact command that hands a task out again. */
function redriveLine(planPath: string, { key }: TaskView): string {
  return `holdpoint task redrive ${shellWord(planPath)} ${shellWord(key)} --as NAME --reason "…"`;
}

/** Counts of tasks, without the checkpoints of the engine. */
export function countTasks(tasks: readonly TaskView[]): ReportWork["tasks"] {
  const own = tasks.filter((task) => task.kind === "task" && task.state !== "cancelled");
  const count = (states: readonly TaskView["state"][]): number =>
    own.filter((task) => states.includes(task.state)).length;
  return {
    accepted: count(["accepted"]),
    open: count(["waiting", "ready", "leased", "reported"]),
    held: count(["held"]),
    dead: count(["dead"]),
    total: own.length,
  };
}

/** The attempts of this run, put together from what the agents and the settling told. */
export class AttemptLog {
  readonly #attempts = new Map<string, ReportAttempt>();

  started(entry: Pick<ReportAttempt, "task" | "title" | "attempt" | "agent" | "startedAt">): void {
    this.#attempts.set(`${entry.task}\n${entry.attempt}`, {
      ...entry,
      outcome: "released",
      endedAt: entry.startedAt,
      summary: "",
    });
  }

  ended(task: string, attempt: number, outcome: ReportAttempt["outcome"], endedAt: string, summary: string): void {
    const known = this.#attempts.get(`${task}\n${attempt}`);
    if (known !== undefined) this.#attempts.set(`${task}\n${attempt}`, { ...known, outcome, endedAt, summary });
  }

  /** What the settling made of a reported attempt. */
  settled(settlement: Settlement): void {
    const known = this.#attempts.get(`${settlement.key}\n${settlement.attempt}`);
    const { outcome } = settlement;
    if (known === undefined || outcome === "superseded" || outcome === "interrupted") return;
    const summary = settlement.missing.length === 0 ? known.summary : settlement.missing.join(" ");
    this.#attempts.set(`${settlement.key}\n${settlement.attempt}`, { ...known, outcome, summary });
  }

  /** Who made this attempt; null when it was not of this run. */
  agentOf(task: string, attempt: number): string | null {
    return this.#attempts.get(`${task}\n${attempt}`)?.agent ?? null;
  }

  list(): readonly ReportAttempt[] {
    return [...this.#attempts.values()];
  }
}
