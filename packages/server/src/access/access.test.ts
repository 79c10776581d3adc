import { type Store, statement } from "@holdpoint/store";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServedPlane, serveOn, servePlane, textAt } from "./served-plane.testing.ts";
import { isToken } from "./token-format.ts";

const DAY_MS = 86_400_000;
const clock = { aheadMs: 0 };
let server: TestServer;
let served: ServedPlane;
let replica: ServedPlane;

beforeAll(async () => {
  server = await startTestServer(undefined);
  served = await servePlane(server, clock);
  replica = await serveOn(served.store, clock);
});

afterAll(async () => {
  await replica.plane.close();
  await served.plane.close();
  await server.stop();
});

async function make(body: Record<string, unknown>, by = served.admin): Promise<{ token: string; id: string }> {
  const { status, json } = await served.ask("POST", "/v1/tokens", { token: by, body });
  expect(status).toBe(201);
  return { token: textAt(json, "token"), id: textAt(json, "view", "id") };
}

const plansWith = async (token: string, at = served): Promise<number> =>
  (await at.ask("GET", "/v1/plans", { token })).status;

/** Asks until the answer is another one; the longest that it may take is a second. */
async function msUntil(status: number, look: () => Promise<number>): Promise<number> {
  const began = performance.now();
  while ((await look()) !== status) {
    if (performance.now() - began > 5_000) throw new Error(`never answered ${status}`);
  }
  return performance.now() - began;
}

describe("the first admin token", () => {
  test("is made once per database, by whichever process comes first", async () => {
    expect(isToken(served.admin)).toBe(true);
    expect(replica.admin).toBe("");
    expect(await plansWith(served.admin)).toBe(200);
    expect(await plansWith(served.admin, replica)).toBe(200);
    const fresh = await server.openStore(() => 0);
    const planes = await Promise.all([serveOn(fresh), serveOn(fresh), serveOn(fresh)]);
    expect(planes.filter(({ admin }) => admin !== "")).toHaveLength(1);
    await Promise.all(planes.map(({ plane }) => plane.close()));
  });
});

describe("tokens", () => {
  test("that are missing, malformed, unknown or cut are refused alike", async () => {
    const unknown = await served.ask("GET", "/v1/plans", { token: `${served.admin.slice(0, -1)}x` });
    const missing = await served.ask("GET", "/v1/plans");
    expect([unknown.status, missing.status]).toEqual([401, 401]);
    expect(unknown.json["detail"]).toBe(missing.json["detail"]);
    expect(missing.headers.get("www-authenticate")).toContain("Bearer");
    expect(await plansWith("hp_adm_short")).toBe(401);
  });

  test("allow what their scopes say and no more", async () => {
    const reader = await make({ kind: "rdr", name: "Reader" });
    expect(await plansWith(reader.token)).toBe(200);
    const refused = await served.ask("POST", "/v1/tokens", {
      token: reader.token,
      body: { kind: "adm", name: "more" },
    });
    expect(refused.status).toBe(403);
    expect(refused.json["code"]).toBe("HP9104");
    const agent = await make({ kind: "agt", name: "Agent" });
    expect(await plansWith(agent.token)).toBe(403);
    const odd = await make({ kind: "agt", name: "Agent that reads", scopes: ["work", "read", "read"] });
    expect(await plansWith(odd.token)).toBe(200);
  });

  test("are in no list, no row and no answer after the first", async () => {
    const made = await make({ kind: "opr", name: "Operator" });
    const { text } = await served.ask("GET", "/v1/tokens?limit=1000", { token: served.admin });
    expect(text).toContain(made.id);
    expect(text).not.toContain(made.token.slice(7, 40));
    expect(await everythingIn(served.store)).not.toContain(made.token.slice(7, 40));
  });

  test("are listed page by page, each once", async () => {
    for (const name of ["a", "b", "c"]) await make({ kind: "rdr", name });
    const seen: string[] = [];
    let cursor = "";
    do {
      const { json } = await served.ask("GET", `/v1/tokens?limit=2${cursor}`, { token: served.admin });
      const items = Array.isArray(json["items"]) ? json["items"] : [];
      seen.push(...items.map((item) => textAt(item, "id")));
      cursor = typeof json["next"] === "string" ? `&cursor=${json["next"]}` : "";
    } while (cursor !== "");
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(4);
  });

  test("end after 30 days unless they say otherwise", async () => {
    const standard = await make({ kind: "rdr", name: "thirty days" });
    const short = await make({ kind: "rdr", name: "a minute", lifetimeS: 60 });
    clock.aheadMs = 61_000;
    expect([await plansWith(standard.token), await plansWith(short.token)]).toEqual([200, 401]);
    clock.aheadMs = 30 * DAY_MS - 60_000;
    expect(await plansWith(standard.token)).toBe(200);
    clock.aheadMs = 30 * DAY_MS + 1_000;
    expect(await plansWith(standard.token)).toBe(401);
    clock.aheadMs = 0;
    const longer = { token: served.admin, body: { kind: "rdr", name: "for ever", lifetimeS: 367 * 86_400 } };
    expect((await served.ask("POST", "/v1/tokens", longer)).status).toBe(400);
  });

  test("that are revoked let nobody in, on every replica within a second", async () => {
    const made = await make({ kind: "rdr", name: "leaves" });
    expect([await plansWith(made.token), await plansWith(made.token, replica)]).toEqual([200, 200]);
    expect((await served.ask("DELETE", `/v1/tokens/${made.id}`, { token: served.admin })).status).toBe(204);
    expect(await plansWith(made.token)).toBe(401);
    expect(await msUntil(401, () => plansWith(made.token, replica))).toBeLessThan(1_000);
    const again = await served.ask("DELETE", `/v1/tokens/${made.id}`, { token: served.admin });
    expect(again.status).toBe(204);
    const { status } = await served.ask("POST", `/v1/tokens/${made.id}/rotate`, { token: served.admin, body: {} });
    expect(status).toBe(409);
  });

  test("are rotated with an overlap in which both are valid", async () => {
    const old = await make({ kind: "rdr", name: "rotated" });
    const rotated = await served.ask("POST", `/v1/tokens/${old.id}/rotate`, {
      token: served.admin,
      body: { overlapS: 60 },
    });
    const next = textAt(rotated.json, "token");
    expect([await plansWith(old.token), await plansWith(next)]).toEqual([200, 200]);
    clock.aheadMs = 61_000;
    expect([await plansWith(old.token), await plansWith(next)]).toEqual([401, 200]);
    clock.aheadMs = 0;
  });

  test("of a runner renew themselves, with the same rights and life and not more", async () => {
    const old = await make({ kind: "run", name: "Runner", lifetimeS: 3_600 });
    clock.aheadMs = 3_000_000;
    const renewed = await served.ask("POST", "/v1/tokens/self/renew", { token: old.token, body: {} });
    expect(renewed.status).toBe(201);
    expect(renewed.json["view"]).toMatchObject({ kind: "run", name: "Runner", replaces: old.id });
    const lifeMs =
      Date.parse(textAt(renewed.json, "view", "expiresAt")) - Date.parse(textAt(renewed.json, "view", "createdAt"));
    expect(lifeMs).toBe(3_600_000);
    clock.aheadMs = 3_601_000;
    expect([await plansWith(old.token), await plansWith(textAt(renewed.json, "token"))]).toEqual([401, 200]);
    clock.aheadMs = 0;
  });

  test("that leaked are ended with all that were made of them", async () => {
    const leaked = await make({ kind: "run", name: "leaks" });
    const thief = await served.ask("POST", "/v1/tokens/self/renew", { token: leaked.token, body: {} });
    const path = `/v1/tokens/${leaked.id}?successors=true`;
    expect((await served.ask("DELETE", path, { token: served.admin })).status).toBe(204);
    expect([await plansWith(leaked.token), await plansWith(textAt(thief.json, "token"))]).toEqual([401, 401]);
  });

  test("that are not there cannot be rotated or revoked", async () => {
    const path = "/v1/tokens/00000000-0000-7000-8000-000000000000";
    expect((await served.ask("DELETE", path, { token: served.admin })).json["code"]).toBe("HP9105");
    expect((await served.ask("POST", `${path}/rotate`, { token: served.admin, body: {} })).status).toBe(404);
  });

  test("note their last use coarsely, not with each request", async () => {
    const made = await make({ kind: "rdr", name: "used" });
    for (let time = 0; time < 20; time += 1) await plansWith(made.token);
    const use = served.plane.access.services.find(({ name }) => name === "token-use");
    use?.wake();
    const LAST = statement("last_use", "SELECT last_used_at_ms AS at FROM holdpoint.access_token WHERE token_id = $1");
    const tookMs = await msUntil(1, async () =>
      (await served.store.run<{ at: number | null }>(LAST, [made.id]))[0]?.at ? 1 : 0,
    );
    expect(tookMs).toBeLessThan(5_000);
  });
});

describe("tenants", () => {
  test("are made, listed, disabled and enabled by the system tenant's administrators", async () => {
    const created = await served.ask("POST", "/v1/tenants", { token: served.admin, body: { tenant: "north" } });
    expect(created.status).toBe(201);
    const north = textAt(created.json, "admin", "token");
    expect([await plansWith(north), await plansWith(north, replica)]).toEqual([200, 200]);
    const { text } = await served.ask("GET", "/v1/tenants", { token: served.admin });
    expect(text).toContain('"north"');
    expect((await served.ask("POST", "/v1/tenants/north/disable", { token: served.admin })).status).toBe(200);
    expect(await plansWith(north)).toBe(401);
    expect(await msUntil(401, () => plansWith(north, replica))).toBeLessThan(1_000);
    expect((await served.ask("POST", "/v1/tenants/north/enable", { token: served.admin })).status).toBe(200);
    expect(await plansWith(north)).toBe(200);
  });

  test("cannot be made twice, nor the system tenant disabled, nor one that is not there", async () => {
    const body = { tenant: "twice" };
    expect((await served.ask("POST", "/v1/tenants", { token: served.admin, body })).status).toBe(201);
    const codes = [
      await served.ask("POST", "/v1/tenants", { token: served.admin, body }),
      await served.ask("POST", "/v1/tenants/local/disable", { token: served.admin }),
      await served.ask("POST", "/v1/tenants/nowhere/disable", { token: served.admin }),
      await served.ask("POST", "/v1/tenants", { token: served.admin, body: { tenant: "No Name" } }),
    ].map(({ json }) => json["code"]);
    expect(codes).toEqual(["HP9402", "HP9403", "HP9105", "HP9101"]);
  });

  test("are no business of another tenant's administrators", async () => {
    const created = await served.ask("POST", "/v1/tenants", { token: served.admin, body: { tenant: "curious" } });
    const token = textAt(created.json, "admin", "token");
    const answers = [
      await served.ask("GET", "/v1/tenants", { token }),
      await served.ask("POST", "/v1/tenants", { token, body: { tenant: "mine" } }),
      await served.ask("POST", "/v1/tenants/twice/disable", { token }),
      await served.ask("POST", "/v1/tenants/unknown/enable", { token }),
    ];
    expect(answers.map(({ json }) => json["code"])).toEqual(["HP9401", "HP9401", "HP9401", "HP9401"]);
  });
});

/** Every row of the database as text. */
async function everythingIn(store: Store): Promise<string> {
  const tables = await store.run<{ name: string }>(
    statement(
      "all_tables",
      "SELECT c.relname AS name FROM pg_class c WHERE relnamespace = 'holdpoint'::regnamespace AND relkind = 'r'",
    ),
  );
  let all = "";
  for (const { name } of tables) {
    const rows = await store.run<{ row: string }>(
      statement(`all_${name}`, `SELECT t::text AS row FROM holdpoint.${name} t`),
    );
    all += rows.map(({ row }) => row).join("\n");
  }
  return all;
}
