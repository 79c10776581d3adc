import { createServer, type RequestOptions, request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hearMessage } from "./hear-message.ts";

const MOST = 100;
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };
/** What each request became: its message, what the protocol would read, or why that ends. */
const heard: Promise<unknown>[] = [];

const server = createServer((incoming, response) => {
  response.flushHeaders();
  const one = told(hearMessage(incoming, MOST));
  heard.push(one);
  void one.then(() => response.end());
});

async function told(hearing: ReturnType<typeof hearMessage>): Promise<unknown> {
  const one = await hearing;
  if (one.kind === "message") return one;
  const read: Buffer[] = [];
  try {
    for await (const chunk of one.bytes) read.push(chunk);
    return Buffer.concat(read).toString("utf8");
  } catch (error) {
    return [Buffer.concat(read).toString("utf8"), error];
  }
}

function send(body: string, options: RequestOptions = {}): Promise<unknown> {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : null;
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", method: "POST", headers: JSON_TYPE, ...options }, (response) => {
      response.resume().on("end", () => resolve(heard.at(-1)));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe("hearing a message", () => {
  test.each([
    ['{"method":"tools\\/call"}', { method: "tools/call" }],
    ["\uFEFFnull", null],
    ["[]", []],
  ])("parses %j", async (body, message) => {
    expect(await send(body)).toEqual({ kind: "message", message });
  });

  test.each([
    ["is no JSON", "{", {}],
    ["is empty", "", {}],
    ["is longer than the bound, as it says", `"${"x".repeat(MOST)}"`, {}],
    [
      "is longer than the bound, as it turns out",
      `"${"x".repeat(MOST)}"`,
      { headers: { ...JSON_TYPE, "transfer-encoding": "chunked" } },
    ],
    ["is not declared as JSON", "{}", { headers: { "content-type": "text/plain" } }],
    ["comes with another method", "{}", { method: "PUT" }],
  ])("leaves to the protocol what %s, with every byte", async (_, body, options) => {
    expect(await send(body, options)).toBe(body);
  });

  test("breaks off again where the connection did", async () => {
    const address = server.address();
    const port = typeof address === "object" ? address?.port : null;
    const begun = heard.length;
    const sent = request({
      port,
      host: "127.0.0.1",
      method: "POST",
      headers: { ...JSON_TYPE, "content-length": "50" },
    });
    sent.on("error", () => undefined);
    sent.on("response", () => sent.destroy());
    sent.write('{"half"');
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(begun + 1);
    expect(await heard.at(-1)).toEqual(['{"half"', expect.objectContaining({ code: "ECONNRESET" })]);
  });
});
