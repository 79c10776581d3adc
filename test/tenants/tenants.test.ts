import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServedPlane, serveOn } from "../../packages/server/src/access/served-plane.testing.ts";
import { TOOLS } from "../../packages/server/src/mcp/tools.ts";
import { seededRandom } from "../chaos/seeded-random.ts";
import { foreignIn, fuzzTenants } from "./fuzz-tenants.ts";
import { type Fence, removedPredicates, withFence } from "./one-fence.ts";
import { fillTenant, snapshot, type World } from "./tenant-world.ts";

/** Requests of one run; the whole goal is 20,000: `npm run fuzz:tenants`. */
const REQUESTS = Number(process.env["HOLDPOINT_FUZZ_REQUESTS"] ?? 400);
const FENCES: readonly Fence[] = ["both", "only the database", "only the statements"];

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer(undefined);
});

afterAll(async () => {
  await server.stop();
});

describe.each(FENCES)("two tenants with %s between them", (fence) => {
  let served: ServedPlane;
  let north: World;
  let south: World;

  beforeAll(async () => {
    const store = withFence(await server.openStore(() => Date.now()), fence);
    served = await serveOn(store, { aheadMs: 0 }, { callbacks: { allow: ["127.0.0.1"] } });
    north = await fillTenant(served, "north");
    south = await fillTenant(served, "south");
  });

  afterAll(async () => {
    await served.plane.close();
  });

  test("learn nothing of each other from any operation", { timeout: 1_200_000 }, async () => {
    const before = await snapshot(served, north.tenant);
    expect(before.includes(north.mark) && north.ids.every((id) => before.includes(id))).toBe(true);
    const worlds = { victim: north, caller: south };
    const summary = await fuzzTenants(served, worlds, { requests: REQUESTS, random: seededRandom(7) });
    process.stdout.write(
      `${fence}: ${summary.requests} requests over ${summary.operations} operations (${summary.unserved.length} not served) and ${summary.tools} tools, ${JSON.stringify(summary.statuses)}, ${summary.leaks.length} leaks, ${summary.faults.length} faults\n`,
    );
    expect(summary.leaks).toEqual([]);
    expect(summary.faults).toEqual([]);
    expect(summary.tools).toBe(TOOLS.length);
    expect(summary.statuses["200"]).toBeGreaterThan(REQUESTS / 20);
    expect(await snapshot(served, north.tenant)).toBe(before);
    expect(fence !== "only the database" || removedPredicates() > 100).toBe(true);
  });

  test("do not see each other's events in a stream, wherever it begins", async () => {
    for (const where of ["?cursor=0", "?cursor=1", `?cursor=0&plan=${north.names.plan[0] ?? ""}`]) {
      const request = { method: "GET", path: `/v1/events${where}`, body: undefined };
      const controller = new AbortController();
      const response = await fetch(`${served.url}${request.path}`, {
        headers: { authorization: `Bearer ${south.token}`, accept: "text/event-stream", "last-event-id": "0" },
        signal: controller.signal,
      });
      expect(response.status).toBe(200);
      for (const { token, mark, tenant } of [north, south]) {
        const body = { source: `${tenant}${where}`, document: `# ${mark}\n\n- [ ] ${mark}\n` };
        expect((await served.ask("POST", "/v1/plans", { token, body })).status).toBe(201);
      }
      const text = await readSome(response);
      controller.abort();
      expect(foreignIn(text, request, north)).toBeNull();
      expect(where.includes("plan=") || text.includes("event: plan.imported")).toBe(true);
    }
  });

  test("do not hear orders to each other's runners, even under the same name", async () => {
    const agents = [{ name: "ann", capabilities: [] }];
    for (const { token } of [north, south]) {
      expect((await served.ask("POST", "/v1/agents", { token, body: { runner: "host", agents } })).status).toBe(201);
    }
    const [ours, theirs] = [await follow(north), await follow(south)];
    expect((await served.ask("POST", "/v1/agents/ann/pause", { token: north.token })).status).toBe(200);
    const [heard, leaked] = await Promise.all([readSome(ours.response), readSome(theirs.response)]);
    for (const { controller } of [ours, theirs]) controller.abort();
    expect([heard.includes("event: order"), leaked.includes("event: order")]).toEqual([true, false]);
  });

  test("do not get each other's kept answers", async () => {
    const headers = { "idempotency-key": "the-same" };
    const body = { source: "same.md", document: "# Same\n\n- [ ] One\n" };
    const first = await served.ask("POST", "/v1/plans", { token: north.token, body, headers });
    const second = await served.ask("POST", "/v1/plans", { token: south.token, body, headers });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.headers.get("idempotency-replayed")).toBeNull();
    expect(second.text).not.toBe(first.text);
  });

  async function follow({ token }: World): Promise<{ response: Response; controller: AbortController }> {
    const controller = new AbortController();
    const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
    const response = await fetch(`${served.url}/v1/runners/host/session`, { headers, signal: controller.signal });
    expect(response.status).toBe(200);
    return { response, controller };
  }
});

async function readSome(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error("a stream has no body");
  const until = Date.now() + 700;
  let text = "";
  while (Date.now() < until) {
    const late = new Promise<null>((resolve) => {
      setTimeout(() => resolve(null), until - Date.now());
    });
    const chunk = await Promise.race([reader.read(), late]);
    if (chunk === null || chunk.done) break;
    text += new TextDecoder().decode(chunk.value);
  }
  return text;
}
