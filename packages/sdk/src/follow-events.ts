import type { Operation } from "@holdpoint/contract";
import { retryDelayMs } from "@holdpoint/core";
import type { Client, RawInput } from "./client.ts";

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

/** A line longer than this is no event of ours, characters. */
const LONGEST_BUFFER = 8_000_000;

/** Follows a stream of server-sent events until the signal; connects again, after the last event, whenever it breaks. */
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
    const quiet = new AbortController();
    let timer = setTimeout(() => quiet.abort(), quietMs);
    try {
      const both = AbortSignal.any([signal, quiet.signal]);
      const resume = lastEventId === undefined ? {} : { lastEventId };
      const response = await client.open(operation, input, { signal: both, ...resume });
      failures = 0;
      yield { type: "open" };
      for await (const text of chunksOf(response)) {
        clearTimeout(timer);
        timer = setTimeout(() => quiet.abort(), quietMs);
        for (const event of text) {
          if (event.id !== null) lastEventId = event.id;
          yield event;
        }
      }
      if (!signal.aborted) yield { type: "broken", error: null };
    } catch (error) {
      if (signal.aborted) return;
      yield { type: "broken", error };
    } finally {
      clearTimeout(timer);
    }
    failures += 1;
    await pause(retryDelayMs(failures, random(), retry), signal);
  }
}

type Event = Extract<Followed, { readonly type: "event" }>;

async function* chunksOf(response: Response): AsyncGenerator<readonly Event[]> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let open = "";
  for await (const bytes of response.body) {
    open += decoder.decode(bytes, { stream: true });
    if (open.length > LONGEST_BUFFER) throw new Error("an event of the stream is too long");
    const blocks = open.split("\n\n");
    open = blocks.pop() ?? "";
    yield blocks.flatMap(readBlock);
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
