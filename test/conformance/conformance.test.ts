import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TOOLS } from "../../packages/server/src/mcp/tools.ts";
import { scoreOf } from "./score.ts";
import { serveFixtures } from "./serve.ts";

let server: Awaited<ReturnType<typeof serveFixtures>>;

beforeAll(async () => {
  server = await serveFixtures();
});

afterAll(async () => {
  await server.stop();
});

describe("the fixtures of the conformance suite", () => {
  test("stand beside the real tools on the real handler", async () => {
    const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["test_simple_text", "work_get", "queue_status"]));
    await client.close();
  });

  test("are no tools of production", () => {
    expect(TOOLS.filter(({ name }) => name.startsWith("test_"))).toEqual([]);
  });
});

describe("the score of a run", () => {
  test("counts scored scenarios alone", () => {
    const output = [
      "=== SUMMARY ===",
      "✓ ping: 2 passed, 0 failed",
      "✗ tools-call-sampling: 1 passed, 1 failed",
      "✗ tasks-lifecycle: 1 passed, 8 failed",
      "",
      "Not scored for 2025-11-25: 1 scenario(s) run, 1 failing. These do not affect conformance.",
      "  ✗ tasks-lifecycle (extension)",
    ].join("\n");
    expect(scoreOf(output)).toEqual({ scored: 2, passed: 1, failed: ["tools-call-sampling"] });
  });

  test("is nothing when the suite did not come to its summary", () => {
    expect(scoreOf("crashed")).toEqual({ scored: 0, passed: 0, failed: [] });
  });
});
