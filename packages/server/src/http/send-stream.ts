import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { StreamReply } from "./implementation.ts";

/** Writes a stream until it ends or the caller hangs up. Compression and buffering proxies are told to keep off. */
export async function sendStream(reply: FastifyReply, stream: StreamReply, signal: AbortSignal): Promise<FastifyReply> {
  const chunks = stream.chunks[Symbol.asyncIterator]();
  const readable = Readable.from(until(chunks, signal));
  reply
    .headers({ "cache-control": "no-store, no-transform", "x-accel-buffering": "no", "x-no-compression": "1" })
    .type(stream.contentType);
  const ended = new Promise<void>((resolve) => {
    readable.once("close", resolve);
  });
  const sent = reply.send(readable);
  await ended;
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
