import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer as createPlainServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type CallbackPost, postCallback } from "./post-callback.ts";
import { type Receiver, startReceiver } from "./receiver.testing.ts";

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function receive(...given: Parameters<typeof startReceiver>): Promise<Receiver> {
  const receiver = await startReceiver(...given);
  closers.push(() => receiver.close());
  return receiver;
}

function post(url: string, more: Partial<CallbackPost> = {}): Promise<number> {
  return postCallback({
    url: new URL(url),
    at: { address: "127.0.0.1", family: 4 },
    headers: { "webhook-id": "one" },
    body: '{"type":"é"}',
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    ...more,
  });
}

describe("posting", () => {
  test("connects to the pinned address, whatever the name is, and keeps the name as its host", async () => {
    const receiver = await receive();
    expect(await post(`http://nowhere.invalid:${receiver.port}/a?b=c`)).toBe(204);
    expect(receiver.received).toMatchObject([
      {
        id: "one",
        text: '{"type":"é"}',
        headers: { host: `nowhere.invalid:${receiver.port}`, "content-length": "13" },
      },
    ]);
  });

  test("reads no more of an answer than it has to", async () => {
    const endless = await receive((response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
        response.once("drain", more);
      };
      more();
    });
    expect(await post(endless.url)).toBe(200);
  });

  test("ends when there is no answer in time", async () => {
    const silent = await receive(() => undefined);
    await expect(post(silent.url, { timeoutMs: 30 })).rejects.toThrow("no answer within 0.03 s");
  });

  test("ends with the status when the connection is cut after it", async () => {
    // What was sent before the cut arrives before it.
    const half = await receive((response) => void response.writeHead(200).write("half", () => response.destroy()));
    expect(await post(half.url)).toBe(200);
  });

  test("ends with the status when it is broken off after it", async () => {
    const open = await receive((response) => void response.writeHead(200).write("half"));
    const controller = new AbortController();
    const said = (): void => void setImmediate(() => controller.abort());
    subscribe("http.client.response.finish", said);
    try {
      expect(await post(open.url, { signal: controller.signal })).toBe(200);
    } finally {
      unsubscribe("http.client.response.finish", said);
    }
  });

  test("says why a receiver cannot be understood or reached", async () => {
    const server = createPlainServer((socket) => socket.resume().end("nonsense\r\n\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as { readonly port: number };
    await expect(post(`http://a.invalid:${port}/`)).rejects.toThrow("Parse Error");
    await expect(post("http://a.invalid:1/")).rejects.toThrow("ECONNREFUSED");
    await expect(post(`https://a.invalid:${port}/`)).rejects.toThrow(/SSL|wrong version|packet|hang up|disconnected/);
  });

  test("fails when the receiver switches to another protocol", async () => {
    const server = createPlainServer((socket) => {
      socket.resume().write("HTTP/1.1 101 Switching Protocols\r\nupgrade: other\r\nconnection: upgrade\r\n\r\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as { readonly port: number };
    await expect(post(`http://a.invalid:${port}/`)).rejects.toThrow("it answered nothing that HTTP knows");
  }, 5_000);

  test("is broken off by its signal", async () => {
    const controller = new AbortController();
    const silent = await receive(() => controller.abort());
    await expect(post(silent.url, { signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
  });
});
