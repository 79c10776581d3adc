import type { Violation } from "./check-world.ts";
import type { ChangeRecord, WorldHistory } from "./records.ts";

interface Told {
  attempt: number;
  isLeased: boolean;
  /** The attempt that reported last; null while none has. */
  reported: number | null;
  accepted: number;
}

/** Commands that only the attempt that holds the task may give. */
const OF_HOLDER: ReadonlySet<string> = new Set(["renew", "report", "release", "fail", "halt"]);
/** Commands that only fit the attempt that reported. */
const OF_REPORTER: ReadonlySet<string> = new Set(["accept", "refuse", "handBack", "hold"]);
/** Ends of attempts that count as a try. A refusal of what no agent worked on does not. */
const COUNTED: ReadonlySet<string> = new Set(["fail", "expire", "refuse"]);

/** Every change of a task by itself: fences, acceptances, order, tries. */
export function checkMoves(history: WorldHistory): readonly Violation[] {
  const violations: Violation[] = [];
  const told = new Map<string, Told>();
  const keyOf = new Map(history.last.map(({ task, key }) => [task, key]));
  const idOf = new Map(history.last.map(({ task, key }) => [key, task]));
  const wanted = new Map(history.wanted.map((task) => [task.key, task]));
  const boundOf = new Map(history.last.map(({ task, maxAttempts }) => [task, maxAttempts]));
  for (const record of history.records) {
    if (record.type === "outcome") {
      if (!record.ok) continue;
      const seen = of(record.task);
      const say = (rule: Violation["rule"], what: string): void =>
        void violations.push({ rule, task: record.task, at: record.at, what });
      if (OF_HOLDER.has(record.by) && record.attempt !== seen.attempt) {
        say("fence held", `attempt ${record.attempt} may ${record.by}, and ${seen.attempt} is the current one`);
      }
      if (OF_REPORTER.has(record.by) && record.attempt !== seen.attempt) {
        say("fence held", `${record.by} is for attempt ${record.attempt}, and ${seen.attempt} is the current one`);
      }
      if (record.by !== "accept") continue;
      seen.accepted += 1;
      if (seen.accepted > 1) say("accepted once", `it is accepted for the ${seen.accepted}. time`);
      if (seen.reported !== record.attempt) {
        say("fence held", `attempt ${record.attempt} is accepted, and ${seen.reported ?? "none"} has reported`);
      }
      continue;
    }
    if (record.type === "change") move(record, of(record.task));
  }
  return violations;

  function of(task: string): Told {
    const seen = told.get(task) ?? { attempt: 0, isLeased: false, reported: null, accepted: 0 };
    told.set(task, seen);
    return seen;
  }

  function move({ task, at, by, before, after }: ChangeRecord, seen: Told): void {
    const say = (rule: Violation["rule"], what: string): void => void violations.push({ rule, task, at, what });
    const [from, tries] = [before?.state ?? null, before?.tries ?? 0];
    const began = after.state === "leased" && (from !== "leased" || after.attempt !== seen.attempt);
    if (began) {
      if (seen.isLeased) say("fence grows", `attempt ${after.attempt} begins while ${seen.attempt} has a lease`);
      if (after.attempt !== seen.attempt + 1)
        say("fence grows", `attempt ${after.attempt} begins after ${seen.attempt}`);
      const early = (wanted.get(keyOf.get(task) ?? "")?.dependsOn ?? []).filter(
        (key) => (told.get(idOf.get(key) ?? "")?.accepted ?? 0) === 0,
      );
      if (early.length > 0) say("order kept", `attempt ${after.attempt} begins before ${early.join(", ")} is accepted`);
    } else if (after.attempt !== seen.attempt) {
      say("fence grows", `attempt ${seen.attempt} becomes ${after.attempt} by ${by}`);
    }
    if (after.state === "reported" && from !== "reported") {
      if (from !== "leased" && after.attempt > 0) say("fence held", `it is reported while it is ${from ?? "new"}`);
      seen.reported = after.attempt;
    }
    if (after.state === "accepted" && from !== "reported" && from !== "held") {
      say("fence held", `it becomes accepted from ${from ?? "nothing"} by ${by}`);
    }
    if (from === "accepted" && after.state !== "accepted")
      say("nothing lost", `an accepted task becomes ${after.state} by ${by}`);
    const counts = COUNTED.has(by) && from !== after.state && !(by === "refuse" && after.attempt === 0);
    const expected = counts ? tries + 1 : by === "redrive" && from !== after.state ? 0 : tries;
    if (after.tries !== expected)
      say("tries counted", `${tries} tries become ${after.tries} by ${by}, and not ${expected}`);
    const most = boundOf.get(task) ?? Number.POSITIVE_INFINITY;
    if (after.state === "dead" && from !== "dead" && after.tries < most)
      say("dead in time", `it is dead after ${after.tries} of ${most} tries`);
    if (after.state === "ready" && after.tries >= most)
      say("dead in time", `it is offered after ${after.tries} of ${most} tries`);
    seen.attempt = after.attempt;
    seen.isLeased = after.state === "leased";
  }
}
