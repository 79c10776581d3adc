import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { PinnedAddress } from "./address-guard.ts";

/** Bytes of an answer that are read before the connection is closed; nobody looks at them. */
const MOST_ANSWER = 64 * 1024;

/** A request to send. */
export interface CallbackPost {
  readonly url: URL;
  /** Where to connect to, whatever the name resolves to by then. */
  readonly at: PinnedAddress;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For all of it, milliseconds. */
  readonly timeoutMs: number;
  /** Breaks it off. */
  readonly signal: AbortSignal;
}

/**
 * Posts JSON and answers the status. Follows no redirect, uses no proxy, keeps no connection.
 *
 * @throws Error when there is no answer in time
 */
export async function postCallback({ url, at, headers, body, timeoutMs, signal }: CallbackPost): Promise<number> {
  signal.throwIfAborted();
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const sent = request(url, {
    method: "POST",
    agent: false,
    headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
    lookup: (_, { all }, found) => {
      if (all === true) found(null, [{ ...at }]);
      else found(null, at.address, at.family);
    },
  });
  // Not a signal that follows from both: the one of the sender would remember it for each try.
  const late = setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  const hangUp = (): void => {
    const reason: unknown = signal.reason;
    sent.destroy(reason instanceof Error ? reason : new Error(String(reason)));
  };
  signal.addEventListener("abort", hangUp, { once: true });
  try {
    return await new Promise<number>((resolve, reject) => {
      let status: number | null = null;
      // Once the status has been said, how the rest ends changes nothing.
      sent.on("error", (error) => (status === null ? reject(error) : resolve(status)));
      // The one thing that is said of an answer that switches to another protocol.
      sent.on("close", () => (status === null ? reject(new Error("it answered nothing that HTTP knows")) : undefined));
      sent.on("response", (answer) => {
        const said = answer.statusCode ?? 0;
        status = said;
        const done = (): void => {
          sent.destroy();
          resolve(said);
        };
        let read = 0;
        answer.on("data", (chunk: Buffer) => {
          read += chunk.length;
          if (read > MOST_ANSWER) done();
        });
        answer.on("end", done);
        answer.on("error", done);
      });
      sent.end(body);
    });
  } finally {
    clearTimeout(late);
    signal.removeEventListener("abort", hangUp);
  }
}
