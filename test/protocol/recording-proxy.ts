import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { OPERATIONS } from "@holdpoint/contract";
import type { PlaceMaker } from "./places.ts";
import type { Exchange, Json } from "./recording.types.ts";

/** What of a request a server looks at. A trace is the client's own each time. */
const ASKED = ["authorization", "x-client-id", "accept", "content-type", "idempotency-key"];
/** What of an answer a client looks at. */
export const ANSWERED = ["content-type", "retry-after", "www-authenticate", "idempotency-replayed", "allow"];

/** Stands between a client and a server, and writes down what they say. */
export interface RecordingProxy {
  readonly url: string;
  readonly exchanges: readonly Exchange[];
  close(): Promise<void>;
}

/** Starts a proxy on loopback. */
export async function startRecordingProxy(target: string, places: PlaceMaker): Promise<RecordingProxy> {
  const exchanges: Exchange[] = [];
  const server = createServer((asked, answer) => {
    void pass(asked)
      .then(({ status, headers, text }) => answer.writeHead(status, headers).end(text))
      .catch((error: unknown) => answer.destroy(error instanceof Error ? error : undefined));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the proxy listens nowhere");

  async function pass(
    asked: IncomingMessage,
  ): Promise<{ status: number; headers: Record<string, string>; text: string }> {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    const sent = Buffer.concat(chunks).toString("utf8");
    const { method = "GET", url: path = "/" } = asked;
    const headers = picked(ASKED, (name) => asked.headers[name]?.toString());
    const response = await fetch(`${target}${path}`, { method, headers, ...(sent === "" ? {} : { body: sent }) });
    const text = await response.text();
    const told = picked(ANSWERED, (name) => response.headers.get(name) ?? undefined);
    exchanges.push({
      operation: operationOf(method, path),
      request: {
        method,
        path: places.text(path.replaceAll("%3A", ":")),
        headers: texts(headers),
        body: bodyOf("application/json", sent),
      },
      response: { status: response.status, headers: texts(told), body: bodyOf(told["content-type"] ?? "", text) },
    });
    return { status: response.status, headers: told, text };
  }

  function texts(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, places.text(value)]));
  }

  /** Pages and documents are texts for people: of them the type alone is kept. */
  function bodyOf(type: string, text: string): Json {
    return text === "" || !type.includes("json") ? null : places.json(JSON.parse(text));
  }

  return {
    url: `http://127.0.0.1:${address.port}`,
    exchanges,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function picked(names: readonly string[], valueOf: (name: string) => string | undefined): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const value = valueOf(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function operationOf(method: string, path: string): string {
  const given = (path.split("?")[0] ?? "").split("/");
  const fits = (pattern: string): boolean => {
    const parts = pattern.split("/");
    return parts.length === given.length && parts.every((part, at) => part.startsWith("{") || part === given[at]);
  };
  // An address of its own comes before one with a name in the same place.
  const found = OPERATIONS.filter((one) => one.method === method && fits(one.path));
  return (found.find((one) => !one.path.includes("{")) ?? found[0])?.id ?? "none";
}
