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

function traceIdOf(taskId: string): string {
  return taskId.replaceAll("-", "").toLowerCase();
}

function spanIdOf(name: string): string {
  return createHash("sha256").update(name.toLowerCase()).digest("hex").slice(0, 16);
}
