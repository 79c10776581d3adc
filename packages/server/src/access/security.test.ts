import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServedPlane, servePlane, textAt } from "./served-plane.testing.ts";

const told: string[] = [];
let server: TestServer;
let served: ServedPlane;

beforeAll(async () => {
  server = await startTestServer(undefined);
  served = await servePlane(
    server,
    { aheadMs: 0 },
    {
      onRequest: (record) => void told.push(JSON.stringify({ ...record, fault: String(record.fault) })),
      onRound: (round) => void told.push(JSON.stringify(round)),
    },
  );
});

afterAll(async () => {
  await served.plane.close();
  await server.stop();
});

describe("answers", () => {
  test.each(["/health", "/v1/plans", "/nowhere"])(
    "of %s carry strict headers and tell nothing of the server",
    async (path) => {
      const { headers } = await served.ask("GET", path);
      expect(headers.get("content-security-policy")).toContain("default-src 'self'");
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("x-powered-by")).toBeNull();
      expect(headers.get("server")).toBeNull();
    },
  );
});

describe("secrets", () => {
  test("are in nothing that is told of requests and rounds", async () => {
    const made = await served.ask("POST", "/v1/tokens", { token: served.admin, body: { kind: "opr", name: "told" } });
    const token = textAt(made.json, "token");
    await served.ask("GET", "/v1/plans", { token });
    await served.ask("GET", `/v1/plans?cursor=${token}`, { headers: { "x-auth-token": token } });
    await served.ask("GET", `/v1/plans/${token}`, { token });
    await served.ask("POST", "/v1/tokens/self/renew", { token: `${token.slice(0, -1)}!`, body: {} });
    expect(told.length).toBeGreaterThan(4);
    for (const secret of [token, served.admin]) {
      expect(told.filter((text) => text.includes(secret.slice(7, 40)))).toEqual([]);
    }
  });
});

describe("values of a request", () => {
  const awkward = fc.oneof(
    fc.constantFrom(
      "' OR 1=1 --",
      "'; DROP TABLE holdpoint.access_token; --",
      "$1",
      "\\'; SELECT pg_sleep(5) --",
      '"',
      "\0",
      "a\0b",
      "' UNION SELECT hash::text FROM holdpoint.access_token --",
    ),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
  );

  test("never become part of a statement", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(awkward, async (text) => {
        const inPath = encodeURIComponent(text);
        const answers = [
          await served.ask("GET", `/v1/plans?cursor=${inPath}`, { token: served.admin }),
          await served.ask("GET", `/v1/tenants?cursor=${inPath}`, { token: served.admin }),
          await served.ask("DELETE", `/v1/tokens/${inPath}`, { token: served.admin }),
          await served.ask("POST", `/v1/tenants/${inPath}/disable`, { token: served.admin }),
          await served.ask("POST", "/v1/tenants", { token: served.admin, body: { tenant: text.toUpperCase() } }),
          await served.ask("GET", `/v1/audit?cursor=${inPath}`, { token: served.admin }),
        ];
        expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
        const made = await served.ask("POST", "/v1/tokens", { token: served.admin, body: { kind: "rdr", name: text } });
        const said = made.status === 201 ? textAt(made.json, "view", "name") : textAt(made.json, "code");
        expect(said).toBe(made.status === 201 ? text.trim() : "HP9101");
      }),
      { numRuns: 25 },
    );
    expect((await served.ask("GET", "/v1/tokens", { token: served.admin })).status).toBe(200);
  });
});
