import { describe, expect, test } from "vitest";
import { callFolder } from "./call.testing.ts";
import { useControlPlane } from "./control-plane.testing.ts";
import { run as create } from "./token-create.ts";
import { run as list } from "./token-list.ts";
import { run as revoke } from "./token-revoke.ts";
import { run as rotate } from "./token-rotate.ts";

const serving = useControlPlane();

async function statusWith(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${serving().env.HOLDPOINT_URL}/v1/plans`, { headers })).status;
}

interface Listed {
  readonly tokens: readonly { readonly id: string; readonly name: string; readonly scopes: readonly string[] }[];
}

async function listed(): Promise<Listed["tokens"]> {
  return (JSON.parse((await callFolder().call(list, [], { json: true }, serving().env)).out) as Listed).tokens;
}

describe("holdpoint token", () => {
  test("makes a token that opens what its kind may, alone on standard output", async () => {
    const made = await callFolder().call(create, ["dash"], { kind: "reader", expires: "2h" }, serving().env);
    expect([made.code, made.err]).toEqual([0, expect.stringMatching(/^dash may read until .* Id: \S+\n$/)]);
    expect(made.out).toMatch(/^hp_rdr_\w+\n$/);
    expect(await statusWith(made.out.trim())).toBe(200);
    const own = { ...serving().env, HOLDPOINT_TOKEN: made.out.trim() };
    const refused = await callFolder().call(create, ["more"], { kind: "adm" }, own);
    expect([refused.code, refused.out]).toEqual([expect.any(Number), ""]);
    expect(refused.code).not.toBe(0);
    expect(refused.err).not.toMatch(/^\s+at /m);
  });

  test("takes scopes in place of its kind's, and lists no token itself", async () => {
    const options = { kind: "runner", scope: ["read", "work"], json: true };
    const made = await callFolder().call(create, ["one"], options, serving().env);
    const { token, view } = JSON.parse(made.out) as { token: string; view: { id: string } };
    expect(await listed()).toContainEqual(expect.objectContaining({ id: view.id, scopes: ["read", "work"] }));
    const { out } = await callFolder().call(list, [], {}, serving().env);
    expect(out).toMatch(/one +read work/);
    expect(out).toMatch(/\n\n\d+ tokens\n$/);
    expect(out).not.toContain(token);
  });

  test("rotates a token and revokes it with its successors", async () => {
    const made = await callFolder().call(create, ["ci"], { kind: "rdr", json: true }, serving().env);
    const old = JSON.parse(made.out) as { token: string; view: { id: string } };
    const { code, out, err } = await callFolder().call(
      rotate,
      [old.view.id],
      { expires: "1d", overlap: "10min" },
      serving().env,
    );
    expect(err).toContain("may read until");
    expect([code, await statusWith(old.token), await statusWith(out.trim())]).toEqual([0, 200, 200]);
    const ended = await callFolder().call(revoke, [old.view.id], { successors: true }, serving().env);
    expect([ended.code, ended.out]).toEqual([0, expect.stringContaining("so are all that took its place")]);
    expect([await statusWith(old.token), await statusWith(out.trim())]).toEqual([401, 401]);
    const missing = await callFolder().call(revoke, ["nobody"], { json: true }, serving().env);
    expect(missing.code).not.toBe(0);
  });

  test("says that it knows no server, and who asks", async () => {
    const { code, err } = await callFolder().call(list, []);
    expect([code, err]).toEqual([69, expect.stringContaining("holdpoint token does not know which server")]);
  });

  test("says which word it does not understand", async () => {
    const calls = [
      await callFolder().call(create, ["x"], {}, serving().env),
      await callFolder().call(create, ["x"], { kind: "boss" }, serving().env),
      await callFolder().call(create, ["x"], { kind: "agent", scope: ["all"] }, serving().env),
      await callFolder().call(create, ["x"], { kind: "agent", expires: "3 years" }, serving().env),
      await callFolder().call(rotate, ["x"], { overlap: "31d" }, serving().env),
    ];
    expect(calls.map(({ code, err }) => [code, /HP\d{4}/.exec(err)?.[0]])).toEqual([
      [64, "HP8010"],
      [64, "HP8012"],
      [64, "HP8012"],
      [64, "HP8012"],
      [64, "HP8012"],
    ]);
  });
});
