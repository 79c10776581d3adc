import type { ClaimedWork, PoolEvent } from "@holdpoint/agent";
import type { Settlement } from "@holdpoint/server";
import type { Progress } from "../engine/progress.ts";
import type { AttemptLog } from "./run-report.ts";

/** Turns what happens in the pool of agents into events for the view and entries of the log of attempts. */
export function poolProgress(progress: Progress, log: AttemptLog, now: () => number): (event: PoolEvent) => void {
  const works = new Map<string, ClaimedWork>();
  const iso = (): string => new Date(now()).toISOString();
  return (event) => {
    switch (event.type) {
      case "started": {
        const { work, agent } = event;
        const { key: task, title } = work.task;
        works.set(`${work.taskId}\n${work.attempt}`, work);
        log.started({ task, title, attempt: work.attempt, agent, startedAt: iso() });
        progress.tell({ type: "attempt.started", task, title, attempt: work.attempt, agent });
        return;
      }
      case "attempt": {
        const work = works.get(`${event.work.taskId}\n${event.work.attempt}`);
        const heard = event.event;
        if (work === undefined || (heard.type !== "progress" && heard.type !== "log")) return;
        const value = heard.type === "progress" ? (heard.value ?? null) : null;
        const message = heard.message ?? "";
        progress.tell({ type: "attempt.progress", task: work.task.key, attempt: work.attempt, value, message });
        return;
      }
      case "ended": {
        const { outcome, told, agent } = event;
        const work = works.get(`${outcome.taskId}\n${outcome.attempt}`);
        if (work === undefined) return;
        const { key: task, title } = work.task;
        const summary = outcome.reason ?? outcome.summary ?? "";
        if (told === "reported") {
          log.ended(task, outcome.attempt, "released", iso(), summary);
          progress.tell({
            type: "attempt.progress",
            task,
            attempt: outcome.attempt,
            value: 1,
            message: "reported, being judged",
          });
          return;
        }
        const became = told === "failed" ? "failed" : told === "lost" ? "expired" : "released";
        log.ended(task, outcome.attempt, became, iso(), summary);
        progress.tell({ type: "attempt.ended", task, title, attempt: outcome.attempt, agent, outcome: told, summary });
        return;
      }
      case "refused":
        // The agent rests after it, which says why.
        return;
      case "resting":
        progress.tell({
          type: "note",
          level: "warning",
          message: `${event.agent} rests for ${Math.ceil(event.forMs / 1000)} s: ${event.reason}`,
        });
    }
  };
}

/** What settling made of a task: the end of its attempt, or what it waits for. */
export function settlementProgress(progress: Progress, log: AttemptLog): (settlement: Settlement) => void {
  return (settlement) => {
    log.settled(settlement);
    const { key: task, title, attempt, outcome, missing } = settlement;
    const agent = log.agentOf(task, attempt);
    const summary = missing.join(" ");
    if (agent !== null) progress.tell({ type: "attempt.ended", task, title, attempt, agent, outcome, summary });
    else if (outcome === "accepted")
      progress.tell({ type: "note", level: "info", message: `${title}: its gates are open` });
    if (outcome === "held") progress.tell({ type: "task.waiting", task, title, why: summary });
  };
}
