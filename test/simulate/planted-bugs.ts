import type { TaskCommandOf, WorkCommand } from "../../packages/server/src/work/work.commands.ts";
import type { MemoryTask } from "../../packages/server/src/work/work.memory.ts";
import type { Claim, ClaimRequest, CommandOutcome } from "../../packages/server/src/work/work.types.ts";
import { checkWorld, type Rule } from "./check-world.ts";
import { ObservedWork } from "./simulated-database.ts";
import { World, type WorldOptions } from "./world.ts";

/** A bug that somebody could make, and what must find it. */
export interface PlantedBug {
  readonly name: string;
  readonly rule: Rule;
  /** The world with the bug in it. */
  readonly options: Omit<WorldOptions, "seed">;
}

/** How a planted bug was found. */
export interface Catch {
  readonly bug: string;
  readonly rule: Rule;
  /** Worlds until it was found; null when it was not. */
  readonly worlds: number | null;
  /** All rules that told of it in that world. */
  readonly told: readonly Rule[];
}

class DropsTheFence extends ObservedWork {
  override apply(command: TaskCommandOf): CommandOutcome {
    const task = this.facts().get(command.input.taskId);
    if (task === undefined || !("attempt" in command.input)) return super.apply(command);
    const input = { ...command.input, attempt: task.attempt };
    return super.apply({ ...command, input } as TaskCommandOf);
  }
}

class TakesReportsOfExpiredAttempts extends ObservedWork {
  override apply(command: TaskCommandOf): CommandOutcome {
    const task = this.facts().get(command.input.taskId);
    const isLate = command.kind === "report" && task?.state === "ready" && task.attempt === command.input.attempt;
    if (isLate) this.change(task.taskId, { state: "leased", readyAt: null });
    return super.apply(command);
  }
}

class ForgetsDependents extends ObservedWork {
  protected override release(): void {
    // Nothing that waits is told.
  }
}

class OffersUnderTheSameAttempt extends ObservedWork {
  protected override lease(task: MemoryTask, request: ClaimRequest, now: number): Claim {
    const claim = super.lease(task, request, now);
    if (task.attempt === 0) return claim;
    this.change(task.taskId, { attempt: task.attempt });
    return { ...claim, attempt: task.attempt };
  }
}

class CountsWhatIsHandedBack extends ObservedWork {
  override apply(command: TaskCommandOf): CommandOutcome {
    const outcome = super.apply(command);
    if (outcome.ok && command.kind === "release") this.change(command.input.taskId, { tries: outcome.tries + 1 });
    return outcome;
  }
}

class ForgetsToCountFailures extends ObservedWork {
  override apply(command: TaskCommandOf): CommandOutcome {
    const before = this.facts().get(command.input.taskId)?.tries ?? 0;
    const outcome = super.apply(command);
    if (outcome.ok && command.kind === "fail") this.change(command.input.taskId, { tries: before });
    return outcome;
  }
}

class NeverFreesLeases extends ObservedWork {
  override expire(): readonly [] {
    return [];
  }
}

class FreesLeasesEarly extends ObservedWork {
  override expire(): ReturnType<ObservedWork["expire"]> {
    const due = [...this.facts().values()].filter(
      ({ lease }) => (lease?.expiresAt ?? Infinity) <= this.runtime.now() + 1_000,
    );
    return due.flatMap((task) => (this.move(task, "expire", task.attempt) === null ? [] : [task]));
  }
}

class OffersWhatIsOnlyReported extends ObservedWork {
  override apply(command: TaskCommandOf): CommandOutcome {
    const outcome = super.apply(command);
    const task = this.facts().get(command.input.taskId);
    if (outcome.ok && command.kind === "report" && task !== undefined) super.release(task);
    return outcome;
  }

  protected override release(): void {
    // Done when it was reported.
  }
}

class AcceptsAgain extends ObservedWork {
  override apply(command: TaskCommandOf): CommandOutcome {
    const task = this.facts().get(command.input.taskId);
    if (command.kind !== "accept" || task?.state !== "accepted") return super.apply(command);
    return { ok: true, state: "accepted", attempt: task.attempt, tries: task.tries };
  }
}

class KeepsCancelledTasksGoing extends ObservedWork {
  override apply(command: TaskCommandOf): CommandOutcome {
    const task = this.facts().get(command.input.taskId);
    if (command.kind !== "cancel" || task?.state !== "leased") return super.apply(command);
    return { ok: true, state: "cancelled", attempt: task.attempt, tries: task.tries };
  }
}

/** Answers the last report of a batch as done, and leaves it out. */
function losesOneOfABatch(commands: readonly WorkCommand[]): WorkCommand | undefined {
  return commands.length < 2 ? undefined : commands.findLast(({ kind }) => kind === "report");
}

/** Every planted bug. They lie around the store and on the way to it; the product has no switch for any of them. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  { name: "the fence is not looked at", rule: "fence held", options: { work: DropsTheFence } },
  {
    name: "a report is taken after its lease ran out",
    rule: "fence held",
    options: { work: TakesReportsOfExpiredAttempts },
  },
  { name: "what depends on an accepted task is not told", rule: "nothing stuck", options: { work: ForgetsDependents } },
  {
    name: "a task is offered again under the same attempt",
    rule: "fence grows",
    options: { work: OffersUnderTheSameAttempt },
  },
  {
    name: "an attempt that is handed back is counted",
    rule: "tries counted",
    options: { work: CountsWhatIsHandedBack },
  },
  { name: "an attempt that failed is not counted", rule: "tries counted", options: { work: ForgetsToCountFailures } },
  { name: "leases that ran out are never freed", rule: "lease ended", options: { work: NeverFreesLeases } },
  { name: "leases are freed a second early", rule: "lease kept", options: { work: FreesLeasesEarly } },
  {
    name: "a task is offered when what it depends on is only reported",
    rule: "order kept",
    options: { work: OffersWhatIsOnlyReported },
  },
  { name: "an accepted task is accepted again", rule: "accepted once", options: { work: AcceptsAgain } },
  {
    name: "the cancellation of a task that is worked on is lost",
    rule: "nothing lost",
    options: { work: KeepsCancelledTasksGoing },
  },
  {
    name: "one report of a batch is answered and not stored",
    rule: "nothing lost",
    options: {
      commitPath: (commands, commit) => {
        const lost = losesOneOfABatch(commands);
        const results = [...commit(commands.filter((command) => command !== lost))];
        if (lost?.kind === "report") {
          const outcome = { ok: true, state: "reported", attempt: lost.input.attempt, tries: 0 } as const;
          results.splice(commands.indexOf(lost), 0, { kind: "outcome", outcome });
        }
        return results;
      },
    },
  },
  {
    name: "the look for work does not know of reservations",
    rule: "nothing stuck",
    options: {
      rows: (statement, rows) =>
        statement === "agent_demand" ? rows.map((row) => ({ ...row, assigned: null })) : rows,
    },
  },
];

/** Looks for a bug in world after world. */
export async function catchBug({ name, rule, options }: PlantedBug, seed: number, mostWorlds: number): Promise<Catch> {
  for (let worlds = 1; worlds <= mostWorlds; worlds += 1) {
    const violations = checkWorld(await new World({ ...options, seed: seed + worlds - 1 }).run());
    const told = [...new Set(violations.map((violation) => violation.rule))];
    if (told.includes(rule)) return { bug: name, rule, worlds, told };
  }
  return { bug: name, rule, worlds: null, told: [] };
}

/** The table of what was caught, as Markdown. */
export function tableOf(catches: readonly Catch[]): string {
  const rows = catches.map(({ bug, rule, worlds, told }) => {
    const others = told.filter((one) => one !== rule).map((one) => `, ${one}`);
    return `| ${bug} | ${rule}${others.join("")} | ${worlds ?? "not found"} |`;
  });
  return ["| planted bug | told by | worlds |", "| --- | --- | ---: |", ...rows].join("\n");
}
