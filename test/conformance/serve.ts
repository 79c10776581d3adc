import { createHttpServer, type Principal } from "../../packages/server/src/http/index.ts";
import { type McpParts, mountMcp } from "../../packages/server/src/mcp/index.ts";
import { FIXTURE_OPTIONS } from "./asking-fixtures.ts";
import { registerFixtures } from "./fixtures.ts";

/** Everybody may read: the suite has no token to send. */
const ANYBODY: Principal = { tenant: "conformance", name: "suite", tokenId: null, scopes: new Set(["read"]) };

/** Serves `/mcp` as production does, with the suite's fixtures mounted, on any free port of loopback. */
export async function serveFixtures(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const closing = new AbortController();
  const authenticate = (): Promise<Principal> => Promise.resolve(ANYBODY);
  const fixtures: McpParts = {
    version: "0.0.0-conformance",
    implementations: [],
    authenticate,
    runtime: { now: () => Date.now() },
    closing: closing.signal,
    room: () =>
      Promise.resolve({
        plans: () => Promise.resolve([]),
        planOf: () => Promise.resolve(null),
        bound: () => Promise.resolve(new Map()),
        verdicts: () => Promise.resolve([]),
        task: () => Promise.resolve(null),
        counts: () => Promise.reject(new Error("the suite counts no tasks")),
        payload: () => Promise.resolve(null),
      }),
    fixtures: { options: FIXTURE_OPTIONS, register: registerFixtures },
  };
  const server = await createHttpServer({
    implementations: [],
    authenticate,
    closing: closing.signal,
    mount: (app) => mountMcp(app, fixtures),
  });
  const address = await server.listen({ host: "127.0.0.1", port: 0 });
  return {
    url: `${address}/mcp`,
    async stop() {
      closing.abort();
      await server.drain(1_000);
    },
  };
}
