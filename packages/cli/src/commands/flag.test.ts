import { describe, expect, test } from "vitest";
import { callFolder } from "./call.testing.ts";
import { useControlPlane } from "./control-plane.testing.ts";
import { run as list } from "./flag-list.ts";
import { run as set } from "./flag-set.ts";
import { run as unset } from "./flag-unset.ts";

const serving = useControlPlane();

describe("holdpoint flag", () => {
  test("sets a flag, shows who did, and takes the value away again", async () => {
    const done = await callFolder().call(set, ["evidence-bytes", "4096"], {}, serving().env);
    expect([done.code, done.out]).toEqual([0, "evidence-bytes is 4096, as it is set for this tenant.\n"]);
    const { out } = await callFolder().call(list, [], {}, serving().env);
    expect(out).toMatch(/evidence-bytes +4096 +by first administrator +How much evidence/);
    expect(out).toMatch(/mcp +true +Whether/);
    const back = await callFolder().call(unset, ["evidence-bytes"], {}, serving().env);
    expect(back.out).toBe("evidence-bytes is 16777216, which is its default.\n");
  });

  test("sets a flag for all tenants, and prints JSON", async () => {
    const done = await callFolder().call(
      set,
      ["callback-schemes", "https"],
      { global: true, json: true },
      serving().env,
    );
    expect(JSON.parse(done.out)).toMatchObject({
      schema: "holdpoint/flag/v1",
      flag: { global: "https", tenant: null },
    });
    await callFolder().call(set, ["mcp", "false"], { global: true }, serving().env);
    const listed = JSON.parse((await callFolder().call(list, [], { json: true }, serving().env)).out) as {
      readonly flags: readonly { readonly name: string; readonly source: string; readonly value: unknown }[];
    };
    expect(listed.flags.map(({ name, source, value }) => [name, source, value])).toContainEqual([
      "mcp",
      "global",
      false,
    ]);
    expect((await callFolder().call(list, [], {}, serving().env)).out).toContain("for all, by first administrator");
    const back = await callFolder().call(unset, ["mcp"], { global: true }, serving().env);
    expect(back.out).toBe("mcp is true, which is its default.\n");
  });

  test("tells what the server refuses, and that it knows no server", async () => {
    const calls = [
      await callFolder().call(set, ["mcp", "perhaps"], {}, serving().env),
      await callFolder().call(set, ["nothing", "1"], {}, serving().env),
      await callFolder().call(list, []),
    ];
    expect(calls.map(({ code, out, err }) => [code, out, /HP\d{4}/.exec(err)?.[0]])).toEqual([
      [65, "", "HP9331"],
      [64, "", "HP9330"],
      [69, "", "HP9321"],
    ]);
  });
});
