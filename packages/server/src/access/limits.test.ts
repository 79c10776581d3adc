import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answered, type ServedPlane, servePlane, textAt } from "./served-plane.testing.ts";
import { makeToken } from "./token-format.ts";

let server: TestServer;
let served: ServedPlane;

beforeAll(async () => {
  server = await startTestServer(undefined);
  served = await servePlane(server, { aheadMs: 0 }, { access: { requestsPerSecond: 5 } });
});

afterAll(async () => {
  await served.plane.close();
  await server.stop();
});

async function many(count: number, ask: (at: number) => Promise<Answered>): Promise<readonly Answered[]> {
  return await Promise.all(Array.from({ length: count }, (_, at) => ask(at)));
}

describe("requests", () => {
  test("beyond the limit of a token are refused with when to come again, whatever client they say they are", async () => {
    const answers = await many(40, (at) =>
      served.ask("GET", "/v1/plans", { token: served.admin, headers: { "x-client-id": `trusted-${at}` } }),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(20);
    expect(answers.every(({ status }) => status === 200 || status === 429)).toBe(true);
    const [first] = refused;
    expect(first?.json).toMatchObject({ code: "HP9414", retryable: true });
    expect(Number(first?.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(first?.headers.get("ratelimit-limit")).toBe("5");
    expect(first?.headers.get("ratelimit-remaining")).toBe("0");
  });

  test("of a token that an administrator let off are not limited", async () => {
    await expect.poll(async () => (await served.ask("GET", "/v1/plans", { token: served.admin })).status).toBe(200);
    const body = { kind: "rdr", name: "load test", rateLimit: 0 };
    let token = "";
    await expect
      .poll(async () => {
        const made = await served.ask("POST", "/v1/tokens", { token: served.admin, body });
        if (made.status === 201) token = textAt(made.json, "token");
        return made.status;
      })
      .toBe(201);
    const answers = await many(40, () => served.ask("GET", "/v1/plans", { token }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test("of an address that guesses tokens are refused before they are looked for; known tokens go on", async () => {
    await expect.poll(async () => (await served.ask("GET", "/v1/plans", { token: served.admin })).status).toBe(200);
    const answers = await many(150, () => served.ask("GET", "/v1/plans", { token: makeToken("adm") }));
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(10);
    expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
    const known = await served.ask("GET", "/v1/plans", { token: served.admin });
    expect([200, 429]).toContain(known.status);
    expect((await served.ask("GET", "/health")).status).toBe(200);
  });
});
