import type { Session } from "@holdpoint/store";
import { attemptPlace, type SpanIds, type Tracing, taskPlace } from "@holdpoint/trace";
import { during } from "../during.ts";
import type { NewEvent } from "../events/index.ts";
import { currentPlace, currentTrace, withPlace } from "../trace-scope.ts";
import { createTaskLives } from "./task-lives.ts";
import type { CommandOrigin, TracedCommand, WorkCommand, WorkResult } from "./work.commands.ts";

/** Tasks that one command is linked to at most. */
const MOST_LINKS = 100;

/** Makes the spans of commands; does nothing but run them where none are made. */
export interface CommandSpans {
  /** A span of its own, below that of the request, with links to the tasks that it moved. */
  command(command: WorkCommand, run: (origin: CommandOrigin) => Promise<WorkResult>): Promise<WorkResult>;
  /** A trace of its own, because a batch belongs to many requests: with links to all of its commands. */
  batch<T>(commands: readonly TracedCommand[], run: () => Promise<T>): Promise<T>;
  /** What a batch did to the lives of tasks. @param at of the batch, milliseconds since the epoch */
  committed(events: readonly NewEvent[], at: number): void;
}

/** The spans of one tenant's commands. */
export function createCommandSpans(tracing: Tracing, store: Session, tenant: string): CommandSpans {
  if (!tracing.isOn) {
    return {
      command: (command, run) => run({ trace: traceOf(command), span: null }),
      batch: (_, run) => run(),
      committed: () => undefined,
    };
  }
  const lives = createTaskLives(tracing, store, tenant);
  return {
    async command(command, run) {
      const facts = { "holdpoint.tenant": tenant };
      const start = { name: `work.${command.kind}`, parent: currentPlace(), facts };
      return await during(tracing, start, async (span) => {
        const result = await run({ trace: traceOf(command), span: span.place });
        for (const ids of placesOf(command, result)) span.link(tracing.placeOf(ids));
        return result;
      });
    },
    async batch(commands, run) {
      const links = commands.flatMap(({ span }) => (span === null ? [] : [span]));
      const facts = { "holdpoint.tenant": tenant, "db.operation.batch.size": commands.length };
      const start = { name: "work.batch", parent: null, links, facts };
      return await during(tracing, start, ({ place }) => withPlace(place, run));
    },
    committed: (events, at) => lives.saw(events, at),
  };
}

/** What runs out was not asked for by the request that happens to be answered. */
function traceOf({ kind }: WorkCommand): string | null {
  return kind === "expire" ? null : currentTrace();
}

function placesOf({ input }: WorkCommand, result: WorkResult): readonly SpanIds[] {
  switch (result.kind) {
    case "claims":
      return result.claims.slice(0, MOST_LINKS).map(({ taskId, attempt }) => attemptPlace(taskId, attempt));
    case "freed":
      return result.freed.slice(0, MOST_LINKS).map(({ taskId, attempt }) => attemptPlace(taskId, attempt));
    case "created":
      return result.created.ok ? result.created.tasks.slice(0, MOST_LINKS).map(({ taskId }) => taskPlace(taskId)) : [];
    case "outcome":
    default:
      if (!("taskId" in input)) return [];
      return ["attempt" in input ? attemptPlace(input.taskId, input.attempt) : taskPlace(input.taskId)];
  }
}
