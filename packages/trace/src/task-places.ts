import { createHash } from "node:crypto";
import type { SpanIds } from "./tracing.ts";

/**
 * Each task has a trace of its own, which any process can name: the id of the task, a UUID, is the id of the trace. Its
 * root stands for the life of the task, with a span for each attempt below it. `Tracing.placeOf` says whether it is kept.
 */
export function taskPlace(taskId: string): SpanIds {
  return { traceId: traceIdOf(taskId), spanId: spanIdOf(taskId) };
}

/** The span of an attempt; see {@link taskPlace}. */
export function attemptPlace(taskId: string, attempt: number): SpanIds {
  return { traceId: traceIdOf(taskId), spanId: spanIdOf(`${taskId} ${attempt}`) };
}

/**
 * The span of a life of a task that ended before, such as one that was dead and is offered again; see {@link taskPlace}.
 *
 * @param attempt the last one of this life
 * @param state that this life ended in
 */
export function laterLifePlace(taskId: string, attempt: number, state: string): SpanIds {
  return { traceId: traceIdOf(taskId), spanId: spanIdOf(`${taskId} ${attempt} ${state}`) };
}

function traceIdOf(taskId: string): string {
  return taskId.replaceAll("-", "").toLowerCase();
}

function spanIdOf(name: string): string {
  return createHash("sha256").update(name.toLowerCase()).digest("hex").slice(0, 16);
}
