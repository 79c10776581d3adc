import type { AgentState } from "./agents.types.ts";

/** What is known of an agent's life. Times in milliseconds since the epoch; null for never. */
export interface Signs {
  /** Last ping, or anything else it did. */
  readonly seenAt: number | null;
  /** Last time it asked for work, renewed a lease or reported. */
  readonly answeredAt: number | null;
  /** Calls in which it waits for work now. */
  readonly offers: number;
  /** When the connection of its runner was last seen to drop. */
  readonly droppedAt: number | null;
}

/** An agent that answered nothing for so long is silent, milliseconds. */
export const SILENT_AFTER_MS = 30_000;
/** An agent that was not heard of at all for so long is gone, milliseconds. */
export const GONE_AFTER_MS = 120_000;

/**
 * How an agent is, by what it answers: a process that pings while its way to work is broken is not healthy.
 *
 * Source: what users of other queues report, a worker that is "active" by its heartbeat while every task for it fails.
 */
export function stateOf({ seenAt, answeredAt, offers, droppedAt }: Signs, now: number): AgentState {
  if (offers > 0) return "healthy";
  const dropped = droppedAt !== null && droppedAt >= (answeredAt ?? 0);
  if (!dropped && answeredAt !== null && now - answeredAt <= SILENT_AFTER_MS) return "healthy";
  const heardAt = Math.max(seenAt ?? 0, answeredAt ?? 0);
  return now - heardAt <= GONE_AFTER_MS ? "silent" : "gone";
}
