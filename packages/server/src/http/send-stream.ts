import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { StreamReply } from "./implementation.ts";

/** How often it is looked whether the caller may still follow, milliseconds. */
const LOOK_EVERY_MS = 500;

/**
 * Writes a stream until it ends, the caller hangs up, or its token is no longer valid. Compression and buffering proxies
 * are told to keep off.
 */
export async function sendStream(
  reply: FastifyReply,
  stream: StreamReply,
  signal: AbortSignal,
  mayFollow: () => Promise<boolean>,
): Promise<FastifyReply> {
  const chunks = stream.chunks[Symbol.asyncIterator]();
  const lost = new AbortController();
  const look = setInterval(() => {
    // Who cannot be asked for is not let go on: a stream can be resumed.
    void mayFollow().then(
      (may) => (may ? undefined : lost.abort()),
      () => lost.abort(),
    );
  }, LOOK_EVERY_MS);
  const readable = Readable.from(until(chunks, AbortSignal.any([signal, lost.signal])));
  reply
    .headers({
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
      "x-no-compression": "1",
      // A connection that carried a stream to its end would keep a server that shuts down waiting for its reader.
      connection: "close",
    })
    .type(stream.contentType);
  const ended = new Promise<void>((resolve) => {
    readable.once("close", resolve);
  });
  const sent = reply.send(readable);
  await ended;
  clearInterval(look);
  return sent;
}

async function* until(chunks: AsyncIterator<string>, signal: AbortSignal): AsyncGenerator<string> {
  const hungUp = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  try {
    for (;;) {
      const next = await Promise.race([chunks.next(), hungUp]);
      if (next === null || next.done === true) return;
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}
