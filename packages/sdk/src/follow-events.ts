import type { Operation } from "@holdpoint/contract";
import { retryDelayMs } from "@holdpoint/core";
import type { Client, RawInput } from "./client.ts";
import { linkAbort } from "./link-abort.ts";
import { ServerProblem } from "./server-problem.ts";

/** One server-sent event, or that the connection stands or is gone. */
export type Followed =
  | { readonly type: "open" }
  | { readonly type: "event"; readonly id: string | null; readonly event: string; readonly data: string }
  | { readonly type: "broken"; readonly error: unknown };

/** How to follow. */
export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Id of the last event that was seen: the stream goes on after it. */
  readonly lastEventId?: string;
  /** Pauses between tries to connect again, milliseconds. @default 100 to 5000 */
  readonly retry?: { readonly baseMs: number; readonly capMs: number };
  /** In [0, 1), for jitter. @default Math.random */
  readonly random?: () => number;
  /** A connection on which nothing comes for so long is taken for dead, milliseconds. @default 40000 */
  readonly quietMs?: number;
}

/** HTTP status of a place in a log that is no longer kept: trying again changes nothing. */
const GONE = 410;
/** A line longer than this is no event of ours, characters. */
const LONGEST_BUFFER = 8_000_000;

/**
 * Follows a stream of server-sent events until the signal; connects again, after the last event, whenever it breaks.
 *
 * @throws ServerProblem with status 410 when what followed the last event is no longer kept; its document's `cursor` says
 *   where to go on
 */
export async function* followEvents(
  client: Client,
  operation: Operation,
  input: RawInput,
  options: FollowOptions,
): AsyncGenerator<Followed> {
  const { signal, retry = { baseMs: 100, capMs: 5_000 }, random = Math.random, quietMs = 40_000 } = options;
  let lastEventId = options.lastEventId;
  let failures = 0;
  while (!signal.aborted) {
    const hangUp = linkAbort(signal, quietMs);
    try {
      const resume = lastEventId === undefined ? {} : { lastEventId };
      const response = await client.open(operation, input, { signal: hangUp.signal, ...resume });
      failures = 0;
      yield { type: "open" };
      for await (const text of chunksOf(response, hangUp.signal)) {
        hangUp.postpone();
        for (const event of text) {
          if (event.id !== null) lastEventId = event.id;
          yield event;
        }
      }
      if (!signal.aborted) yield { type: "broken", error: null };
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ServerProblem && error.status === GONE) throw error;
      yield { type: "broken", error };
    } finally {
      hangUp.release();
    }
    failures += 1;
    await pause(retryDelayMs(failures, random(), retry), signal);
  }
}

type Event = Extract<Followed, { readonly type: "event" }>;

/** Ends at the signal by itself: `fetch` may have forgotten the signal once its request was collected as garbage. */
async function* chunksOf(response: Response, signal: AbortSignal): AsyncGenerator<readonly Event[]> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", cancel, { once: true });
  const decoder = new TextDecoder();
  let open = "";
  try {
    while (!signal.aborted) {
      const { done, value } = await reader.read();
      if (done) break;
      open += decoder.decode(value, { stream: true });
      if (open.length > LONGEST_BUFFER) throw new Error("an event of the stream is too long");
      const blocks = open.split("\n\n");
      open = blocks.pop() ?? "";
      yield blocks.flatMap(readBlock);
    }
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}

function readBlock(block: string): readonly Event[] {
  let id: string | null = null;
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === "id") id = value ?? "";
    else if (name === "event") event = value ?? "";
    else if (name === "data") data.push(value ?? "");
  }
  return data.length === 0 ? [] : [{ type: "event", id, event, data: data.join("\n") }];
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}
