import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { relayStdio } from "../../packages/cli/src/agent-setup/stdio-relay.ts";
import {
  connect,
  coverageReport,
  PARSER,
  PARSER_SIDECAR,
  REVISIONS,
  startTestPlane,
  type TestPlane,
} from "../../packages/server/src/mcp/mcp.testing.ts";
import { serveFixtures } from "./serve.ts";

const MAIN = join(import.meta.dirname, "../../packages/cli/src/main.ts");
const TSX = import.meta.resolve("tsx");

let plane: TestPlane;
let folder: string;

beforeAll(async () => {
  plane = await startTestPlane();
  folder = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-stdio-")));
  mkdirSync(join(folder, ".holdpoint"));
  mkdirSync(join(folder, "src/deep"), { recursive: true });
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await plane.stop();
});

describe.each(REVISIONS)("holdpoint mcp over %s", (revision) => {
  test("carries a whole session, found by the server's file in a folder above", async () => {
    const tenant = `stdio-${revision}`;
    writeFileSync(join(folder, ".holdpoint/server.json"), JSON.stringify({ url: plane.url, token: `${tenant}:work` }));
    const planner = await connect(plane.url, `${tenant}:plan`);
    await planner.call("plan_import", { source: "P.md", document: PARSER, sidecar: PARSER_SIDECAR });
    await planner.close();
    const mode = revision === REVISIONS[0] ? { pin: revision } : ("legacy" as const);
    const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: ["--import", TSX, MAIN, "mcp"],
      cwd: join(folder, "src/deep"),
      env: { PATH: process.env["PATH"] ?? "" },
      stderr: "pipe",
    });
    await client.connect(transport);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("work_next");
    expect((await client.listResources()).resources).toHaveLength(1);
    const next = await client.callTool({ name: "work_next", arguments: { agent: "ada" } });
    expect(next.structuredContent).toMatchObject({ task: { holder: "ada" } });
    const [task] = await plane.plane.rooms(tenant).then(({ work }) => work.list({ states: ["leased"] }));
    const at = { task: task?.taskId, attempt: 1 };
    const reports = [{ name: "coverage.lcov", content: coverageReport(9) }];
    await client.callTool({ name: "evidence_submit", arguments: { ...at, reports } });
    const finished = await client.callTool({ name: "work_finish", arguments: at });
    expect(finished.structuredContent).toMatchObject({ outcome: "accepted" });
    await client.close();
  });
});

/** A relay with lines going in and coming out. */
function relay(server: { url: string; token: string | null }): {
  send(message: unknown): void;
  next(): Promise<Record<string, unknown>>;
  problems: string[];
  end(): Promise<void>;
} {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const problems: string[] = [];
  const ended = relayStdio({ input, output, server: () => server, onProblem: ({ code }) => void problems.push(code) });
  const lines: string[] = [];
  let wake = (): void => undefined;
  let rest = "";
  output.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString("utf8")).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    wake();
  });
  return {
    problems,
    send: (message) => void input.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`),
    async next() {
      while (lines.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return { ...JSON.parse(lines.shift() ?? "") };
    },
    async end() {
      input.end();
      await ended;
    },
  };
}

const call = (id: number, name: string): unknown => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name, arguments: {}, _meta: { progressToken: "p" } },
});

describe("the relay", () => {
  test("carries notifications that come before an answer", async () => {
    const fixtures = await serveFixtures();
    const carried = relay({ url: fixtures.url.replace(/\/mcp$/, ""), token: null });
    carried.send(call(1, "test_tool_with_progress"));
    const seen = [await carried.next(), await carried.next(), await carried.next(), await carried.next()];
    expect(seen.map((message) => message["method"] ?? message["id"])).toEqual([
      "notifications/progress",
      "notifications/progress",
      "notifications/progress",
      1,
    ]);
    await carried.end();
    await fixtures.stop();
  });

  test("answers a request with an error when the server does not answer", async () => {
    const carried = relay({ url: "http://127.0.0.1:1", token: null });
    carried.send(call(7, "work_next"));
    expect(await carried.next()).toMatchObject({ id: 7, error: { data: { code: "HP9323" } } });
    expect(carried.problems).toEqual(["HP9323"]);
    await carried.end();
  });

  test("tells why a token was refused", async () => {
    const carried = relay({ url: plane.url, token: "nobody" });
    carried.send(call(1, "work_next"));
    expect(await carried.next()).toMatchObject({
      id: 1,
      error: { data: { code: "HP9324" }, message: expect.stringContaining("401") },
    });
    await carried.end();
  });

  test("answers a line that is no message, and goes on", async () => {
    const carried = relay({ url: plane.url, token: "relay:work" });
    carried.send("{");
    expect(await carried.next()).toMatchObject({ id: null, error: { code: -32_700 } });
    carried.send({ jsonrpc: "2.0", id: 2, method: "tools/list" });
    expect(await carried.next()).toMatchObject({ id: 2, result: { tools: expect.any(Array) } });
    await carried.end();
  });

  test("hangs up on a request that is cancelled, so that its wait for work ends", async () => {
    const carried = relay({ url: plane.url, token: "cancel:work" });
    const wait = { name: "work_next", arguments: { wait_s: 50 } };
    carried.send({ jsonrpc: "2.0", id: 3, method: "tools/call", params: wait });
    carried.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 3 } });
    const started = Date.now();
    await carried.end();
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(carried.problems).toEqual([]);
  });
});
