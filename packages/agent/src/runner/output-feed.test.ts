import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@holdpoint/sdk";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OutputFeed } from "./output-feed.ts";
import { ServerLink } from "./server-link.ts";

const WORK = { taskId: "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", attempt: 1 };
const ABOUT = { type: "/problems/HP5011", title: "T", detail: "D", code: "HP5011", remedy: "R", instance: "i" };

describe("the feed of output", () => {
  let server: Server;
  let feed: OutputFeed;
  let status: number;
  let sent: string[];

  beforeEach(async () => {
    sent = [];
    server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => {
        text += chunk.toString("utf8");
      });
      request.on("end", () => {
        sent.push(...[...text.matchAll(/"text":"(\w+)/g)].map((match) => match[1] ?? ""));
        const answer = status < 300 ? { taken: 1 } : { ...ABOUT, status, retryable: status >= 500 };
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const client = createClient({ url: `http://127.0.0.1:${port}` });
    feed = new OutputFeed(new ServerLink(client, { now: () => 0, random: () => 0 }));
  });
  afterEach(async () => {
    feed.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function say(text: string): Promise<void> {
    feed.take(WORK, { type: "output", stream: "stdout", text });
    await feed.flush();
  }

  test("sends nothing more of an attempt that the server has refused", async () => {
    status = 202;
    await say("one");
    status = 409;
    await say("two");
    status = 202;
    await say("three");
    expect(sent).toEqual(["one", "two"]);
  });

  test("goes on when the server only could not take some", async () => {
    status = 503;
    await say("one");
    status = 202;
    await say("two");
    expect(sent).toEqual(["one", "two"]);
  });
});
