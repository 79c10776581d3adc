import type { IncomingMessage } from "node:http";
import { isJsonContentType } from "@modelcontextprotocol/server";

/** What a request carries: a message; or bytes that the protocol reads itself, since it has to say what is wrong with them. */
export type Heard =
  | { readonly kind: "message"; readonly message: unknown }
  | { readonly kind: "bytes"; readonly bytes: AsyncIterable<Buffer> };

/** Reads a request to its end and parses it, both once. @param most bytes that are read */
export async function hearMessage(request: IncomingMessage, most: number): Promise<Heard> {
  const { method, headers } = request;
  const isTooLong = Number(headers["content-length"]) > most;
  if (method !== "POST" || isTooLong || !isJsonContentType(headers["content-type"] ?? null)) {
    return { kind: "bytes", bytes: request };
  }
  const rest: AsyncIterableIterator<Buffer> = request[Symbol.asyncIterator]();
  const read: Buffer[] = [];
  let left = most;
  try {
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      read.push(next.value);
      left -= next.value.byteLength;
      if (left < 0) return { kind: "bytes", bytes: again(read, () => rest) };
    }
  } catch (error) {
    const breakOff = (): never => {
      throw error;
    };
    return { kind: "bytes", bytes: again(read, breakOff) };
  }
  try {
    return { kind: "message", message: JSON.parse(new TextDecoder().decode(Buffer.concat(read))) };
  } catch {
    return { kind: "bytes", bytes: again(read, () => []) };
  }
}

async function* again(
  read: readonly Buffer[],
  rest: () => Iterable<Buffer> | AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  yield* read;
  yield* rest();
}
