import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { vi } from "vitest";

/** A notification as it arrived. */
export interface Received {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
}

/** A receiver of callbacks on loopback. */
export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** Most requests that were open at one time for one message. */
  readonly mostAtOnce: number;
  /** Resolves when so many notifications have arrived, with them. */
  arrived(count: number): Promise<readonly Received[]>;
  close(): Promise<void>;
}

/** How a receiver answers; the count of the request begins with 1. */
export type Answer = (response: ServerResponse, count: number) => void;

const accept: Answer = (response) => void response.writeHead(204).end();

/** Starts one. @param port any free one unless it is given, as for a receiver that comes back */
export async function startReceiver(answer: Answer = accept, port = 0): Promise<Receiver> {
  const received: Received[] = [];
  const open = new Map<string, number>();
  let mostAtOnce = 0;
  const server = createServer((request, response) => {
    const id = String(request.headers["webhook-id"]);
    open.set(id, (open.get(id) ?? 0) + 1);
    mostAtOnce = Math.max(mostAtOnce, open.get(id) ?? 0);
    response.on("close", () => open.set(id, (open.get(id) ?? 1) - 1));
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      received.push({ id, headers: request.headers, text, body: JSON.parse(text) });
      answer(response, received.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the receiver has no port");
  return {
    url: `http://127.0.0.1:${address.port}/hook?key=mine`,
    port: address.port,
    received,
    get mostAtOnce() {
      return mostAtOnce;
    },
    async arrived(count) {
      await vi.waitFor(
        () => {
          if (received.length < count) throw new Error(`${received.length} of ${count} have arrived`);
        },
        { timeout: 20_000, interval: 10 },
      );
      return received;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether a notification is signed with a secret, by the words of the specification and none of the server's own code. */
export function isSigned({ headers, text }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${text}`;
  const wanted = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return String(headers["webhook-signature"]).split(" ").includes(wanted);
}
