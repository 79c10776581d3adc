import type { EventRow, TaskView } from "@holdpoint/server";

/** What the history of a run must never show. */
export interface HistoryFault {
  readonly task: string;
  readonly what: string;
}

/** The outcome of reading a history from its first event to its last. */
export interface HistoryReport {
  readonly tasks: number;
  readonly attempts: number;
  readonly accepted: number;
  /** Tasks that are not where their events say, or in no state at all. */
  readonly lost: number;
  readonly acceptedTwice: number;
  readonly faults: readonly HistoryFault[];
}

/** Verbs that end the lease of an attempt. */
const ENDS: ReadonlySet<string> = new Set(["reported", "released", "failed", "expired", "cancelled"]);

/**
 * Reads every event of a plan and holds it against the tasks as they are now.
 *
 * Each task: attempts count up by one; a lease ends before the next begins; nothing is accepted twice, or before all it
 * waits for; and the last event names the state it is in.
 */
export function checkHistory(
  events: readonly EventRow[],
  tasks: readonly TaskView[],
  dependsOn: ReadonlyMap<string, readonly string[]>,
): HistoryReport {
  const faults: HistoryFault[] = [];
  const told = new Map<string, { attempt: number; leased: boolean; accepted: number; state: unknown }>();
  let attempts = 0;
  for (const event of events) {
    const [room, verb = ""] = event.kind.split(".");
    if (room !== "task" || event.subject === null) continue;
    const seen = told.get(event.subject) ?? { attempt: 0, leased: false, accepted: 0, state: null };
    told.set(event.subject, seen);
    const key = String(event.data["key"]);
    const fault = (what: string): void => void faults.push({ task: key, what: `${what} at event ${event.seq}` });
    seen.state = event.data["to"];
    if (verb === "claimed") {
      attempts += 1;
      if (seen.leased) fault("was claimed while it was leased");
      if (event.attempt !== seen.attempt + 1) fault(`was claimed as attempt ${event.attempt} after ${seen.attempt}`);
      seen.attempt = event.attempt ?? 0;
      seen.leased = true;
    } else if (event.attempt !== seen.attempt) fault(`was ${verb} by attempt ${event.attempt}, not ${seen.attempt}`);
    if (ENDS.has(verb)) seen.leased = false;
    // Judged again because a gate does not hold any more: it may be accepted once more.
    if (verb === "reopened") seen.accepted = 0;
    if (verb === "accepted") {
      seen.accepted += 1;
      if (seen.leased) fault("was accepted while it was leased");
      for (const parent of dependsOn.get(key) ?? []) {
        const id = tasks.find((task) => task.key === parent)?.taskId ?? "";
        if (told.get(id)?.accepted !== 1) fault(`was accepted before ${parent}`);
      }
    }
  }
  const lost = tasks.filter((task) => told.get(task.taskId)?.state !== task.state);
  for (const task of lost) faults.push({ task: task.key, what: `is ${task.state}, and its events say otherwise` });
  const twice = [...told.values()].filter((seen) => seen.accepted > 1).length;
  const accepted = tasks.filter((task) => task.state === "accepted").length;
  return { tasks: tasks.length, attempts, accepted, lost: lost.length, acceptedTwice: twice, faults };
}
