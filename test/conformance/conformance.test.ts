import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TOOLS } from "../../packages/server/src/mcp/tools.ts";
import { scoredScenarios, scoreOf } from "./score.ts";
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
  const requirements =
    "revision: x\nserver:\n  # two\n  - ping\n  - tools-call-sampling\n\nclient:\n  - tools_call\n  - other\n";

  test("counts the server scenarios that the revision requires, and no others", () => {
    const scored = scoredScenarios(requirements);
    expect(scored).toEqual(["ping", "tools-call-sampling"]);
    const output = [
      "=== SUMMARY ===",
      "✓ ping: 2 passed, 0 failed",
      "✗ tools-call-sampling: 1 passed, 1 failed",
      "✗ tasks-lifecycle: 1 passed, 8 failed",
    ].join("\n");
    expect(scoreOf(output, scored)).toEqual({ scored: 2, passed: 1, failed: ["tools-call-sampling"] });
  });

  test("counts what did not run as failed", () => {
    expect(scoreOf("crashed", ["ping"])).toEqual({ scored: 1, passed: 0, failed: ["ping"] });
  });
});
