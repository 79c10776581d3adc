import { once } from "node:events";
import { createServer } from "node:http";
import { PlaceValues } from "./places.ts";
import type { Exchange, RecordedStream } from "./recording.types.ts";

/** A server that says what was recorded, whatever it is asked. */
export interface RecordedAnswers {
  readonly url: string;
  /** What the next request is answered with. */
  next(answer: Exchange | RecordedStream): void;
  close(): Promise<void>;
}

/** Starts it on loopback, so that the present client can be held to the answers of earlier servers. */
export async function answerRecorded(): Promise<RecordedAnswers> {
  let current: Exchange | RecordedStream | null = null;
  const values = new PlaceValues();
  const server = createServer((asked, answer) => {
    asked.resume();
    if (current === null) answer.writeHead(500).end();
    else if ("lines" in current) {
      answer.writeHead(200, { "content-type": "text/event-stream" });
      answer.write(`${values.text(current.lines.join("\n"))}\n\n`);
    } else {
      const { status, headers, body } = current.response;
      answer.writeHead(
        status,
        Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, values.text(value)])),
      );
      answer.end(body === null ? undefined : JSON.stringify(values.json(body)));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("it listens nowhere");
  return {
    url: `http://127.0.0.1:${address.port}`,
    next: (answer) => {
      current = answer;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
