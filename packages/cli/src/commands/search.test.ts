import { MOST_HITS } from "@holdpoint/contract";
import { beforeAll, describe, expect, test } from "vitest";
import { callFolder } from "./call.testing.ts";
import { useControlPlane } from "./control-plane.testing.ts";
import { run as search } from "./search.ts";

const serving = useControlPlane();

beforeAll(async () => {
  const { work } = await serving().plane.rooms("local");
  const usual = { capabilities: [], priority: 0, dependsOn: [], maxAttempts: 3, runAt: null, concurrencyKey: null };
  const tasks = ["Order a crane", "Crane\u001b[31m of evil", "Sweep"].map((title) => ({ title, ...usual }));
  await work.create({ queue: "yard", tasks, by: "ann" });
  const many = Array.from({ length: MOST_HITS + 1 }, (_, at) => ({ title: `Carry stone ${at}`, ...usual }));
  await work.create({ queue: "yard", tasks: many, by: "ann" });
});

describe("holdpoint search", () => {
  test("prints what was found, where it is, and nothing that a terminal would obey", async () => {
    const { code, out } = await callFolder().call(search, ["crane"], {}, serving().env);
    expect(code).toBe(0);
    expect(out).toMatch(/^task {5}Order a crane · ready\n {9}\/v1\/tasks\/\S+$/m);
    expect(out).toMatch(/\n\n2 hits\n$/);
    expect(out).not.toContain("\u001b");
    expect((await callFolder().call(search, ["nowhere"], {}, serving().env)).out).toBe("Nothing was found.\n");
    const some = await callFolder().call(search, ["crane"], { limit: "1", kind: ["task,plan"] }, serving().env);
    expect(some.out).toContain("1 hit, and there is more: --limit shows up to 100\n");
  });

  test("names another way to find less than all where a page cannot hold more", async () => {
    const { out } = await callFolder().call(search, ["stone"], { limit: String(MOST_HITS) }, serving().env);
    expect(out).toMatch(/\n100 hits, and there is more: more words, or --kind, find less\n$/);
  });

  test("prints JSON", async () => {
    const { out } = await callFolder().call(search, ["sweep"], { json: true, kind: ["task"] }, serving().env);
    expect(JSON.parse(out)).toMatchObject({
      schema: "holdpoint/search/v1",
      items: [{ kind: "task", title: "Sweep", marks: [{ at: 0, length: 5 }] }],
      next: null,
    });
    expect(
      JSON.parse((await callFolder().call(search, ["sweep"], { json: true, kind: ["gate"] }, serving().env)).out),
    ).toMatchObject({ items: [] });
  });

  test("says what it does not understand", async () => {
    const calls = [
      await callFolder().call(search, ["x"], { kind: ["tasks"] }, serving().env),
      await callFolder().call(search, ["x"], { limit: "101" }, serving().env),
      await callFolder().call(search, ["%"], {}, serving().env),
      await callFolder().call(search, ["x"]),
    ];
    expect(calls.map(({ code, out, err }) => [code, out, /HP\d{4}/.exec(err)?.[0]])).toEqual([
      [64, "", "HP8012"],
      [64, "", "HP8012"],
      [65, "", "HP9334"],
      [69, "", "HP9321"],
    ]);
  });
});
