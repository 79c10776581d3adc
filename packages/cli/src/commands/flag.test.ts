import { createControlPlane, createSystemRuntime } from "@holdpoint/server";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callFolder } from "./call.testing.ts";
import { run as list } from "./flag-list.ts";
import { run as set } from "./flag-set.ts";
import { run as unset } from "./flag-unset.ts";

let server: TestServer;
let plane: Awaited<ReturnType<typeof createControlPlane>>;
let env: { readonly HOLDPOINT_URL: string; readonly HOLDPOINT_TOKEN: string };

beforeAll(async () => {
  server = await startTestServer(undefined);
  const store = await server.openStore(() => Date.now());
  plane = await createControlPlane({ store, runtime: createSystemRuntime(), version: "1", replica: "a" });
  const first = await plane.access.ensureFirstAdmin();
  const url = await plane.listen({ host: "127.0.0.1", port: 0 });
  env = { HOLDPOINT_URL: url, HOLDPOINT_TOKEN: first?.token ?? "" };
});

afterAll(async () => {
  await plane.close();
  await server.stop();
});

describe("holdpoint flag", () => {
  test("sets a flag, shows who did, and takes the value away again", async () => {
    const done = await callFolder().call(set, ["evidence-bytes", "4096"], {}, env);
    expect([done.code, done.out]).toEqual([0, "evidence-bytes is 4096, as it is set for this tenant.\n"]);
    const { out } = await callFolder().call(list, [], {}, env);
    expect(out).toMatch(/evidence-bytes +4096 +by first administrator +How much evidence/);
    expect(out).toMatch(/mcp +true +Whether/);
    const back = await callFolder().call(unset, ["evidence-bytes"], {}, env);
    expect(back.out).toBe("evidence-bytes is 16777216, which is its default.\n");
  });

  test("sets a flag for all tenants, and prints JSON", async () => {
    const done = await callFolder().call(set, ["callback-schemes", "https"], { global: true, json: true }, env);
    expect(JSON.parse(done.out)).toMatchObject({
      schema: "holdpoint/flag/v1",
      flag: { global: "https", tenant: null },
    });
    await callFolder().call(set, ["mcp", "false"], { global: true }, env);
    const listed = JSON.parse((await callFolder().call(list, [], { json: true }, env)).out) as {
      readonly flags: readonly { readonly name: string; readonly source: string; readonly value: unknown }[];
    };
    expect(listed.flags.map(({ name, source, value }) => [name, source, value])).toContainEqual([
      "mcp",
      "global",
      false,
    ]);
    expect((await callFolder().call(list, [], {}, env)).out).toContain("for all, by first administrator");
    const back = await callFolder().call(unset, ["mcp"], { global: true }, env);
    expect(back.out).toBe("mcp is true, which is its default.\n");
  });

  test("tells what the server refuses, and that it knows no server", async () => {
    const calls = [
      await callFolder().call(set, ["mcp", "perhaps"], {}, env),
      await callFolder().call(set, ["nothing", "1"], {}, env),
      await callFolder().call(list, []),
    ];
    expect(calls.map(({ code, out, err }) => [code, out, /HP\d{4}/.exec(err)?.[0]])).toEqual([
      [65, "", "HP9331"],
      [64, "", "HP9330"],
      [69, "", "HP9321"],
    ]);
  });
});
