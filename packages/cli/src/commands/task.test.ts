import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, openBench, worker } from "../run/run-bench.testing.ts";
import { run as cancel } from "./task-cancel.ts";
import { run as list } from "./task-list.ts";
import { run as redrive } from "./task-redrive.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(undefined);
});
afterAll(() => server.stop());

const WHO = { as: "Robin", reason: "the disk was full" };
const TEXT = "# Plan\n\n- [ ] T-1 One\n- [ ] T-2 Two\n";

interface Listed {
  readonly counts: Readonly<Record<string, number>>;
  readonly tasks: readonly { readonly key: string; readonly state: string; readonly tries: number }[];
}

/** A plan whose first task is out of tries, since its agent fails until the file `good` is there. */
async function dead(): Promise<Bench> {
  const agent = worker("test -e good", "workspace: shared\n");
  const bench = openBench({ "PLAN.md": TEXT, ...agent }, await server.migratedDatabase(), false);
  await bench.run();
  return bench;
}

async function listed({ folder, env }: Bench, options = {}): Promise<Listed> {
  return JSON.parse((await folder.call(list, ["PLAN.md"], { json: true, ...options }, env)).out) as Listed;
}

describe("holdpoint task", { timeout: 60_000 }, () => {
  test("redrives a dead task, which the next run then accepts", async () => {
    const bench = await dead();
    const { folder, env } = bench;
    const key = (await listed(bench)).tasks[0]?.key ?? "";
    expect(await listed(bench, { state: ["dead"] })).toMatchObject({
      counts: { dead: 1, waiting: 1, accepted: 0 },
      tasks: [{ key, state: "dead", tries: 3 }],
    });
    const stopped = await bench.run();
    expect(stopped.report.work?.waitsFor).toMatchObject([
      { kind: "dead", next: `holdpoint task redrive PLAN.md ${key} --as NAME --reason "…"` },
    ]);
    expect(stopped.err).toContain(`holdpoint task redrive PLAN.md ${key} --as NAME --reason "…"`);
    folder.write("good", "");
    const put = await folder.call(redrive, ["PLAN.md", key], WHO, env);
    expect([put.code, put.out]).toEqual([0, expect.stringContaining("Robin put 1 task back")]);
    expect((await listed(bench)).tasks[0]).toMatchObject({ state: "ready", tries: 0 });
    expect((await bench.run()).report.work?.tasks).toMatchObject({ accepted: 2, dead: 0 });
  });

  test("redrives every dead task at once, by id, and says so when there is none", async () => {
    const bench = await dead();
    const { folder, env } = bench;
    const all = await folder.call(redrive, ["PLAN.md"], { ...WHO, allDead: true, json: true }, env);
    expect(JSON.parse(all.out)).toMatchObject({ command: "redrive", name: "Robin", tasks: [{ state: "ready" }] });
    const none = await folder.call(redrive, ["PLAN.md"], { ...WHO, allDead: true }, env);
    expect([none.code, none.out]).toEqual([0, "No task of PLAN.md is out of tries.\n"]);
  });

  test("cancels a task, and no run offers it again", async () => {
    const bench = await dead();
    const { folder, env } = bench;
    const people = await folder.call(cancel, ["PLAN.md", "T-2"], WHO, env);
    expect([people.code, people.out]).toEqual([0, expect.stringMatching(/^Robin cancelled .*T-2/)]);
    const object = await folder.call(cancel, ["PLAN.md", "T-1"], { ...WHO, json: true }, env);
    expect(JSON.parse(object.out)).toMatchObject({ command: "cancel", tasks: [{ state: "cancelled" }] });
    folder.write("good", "");
    expect((await bench.run()).report.work?.attempts).toEqual([]);
    const again = await folder.call(redrive, ["PLAN.md", "T-2"], WHO, env);
    expect([again.code, again.err]).toEqual([64, expect.stringContaining("takes only tasks that are dead or held")]);
  });

  test("lists for people, with the reason, and says when no run has worked the plan", async () => {
    const bench = await dead();
    const { out } = await bench.folder.call(list, ["PLAN.md"], {}, bench.env);
    expect(out).toMatch(/dead +3\/3 .*exited with status 1/);
    expect(out).toMatch(/waiting +0\/3 .*waits for 1 before it/);
    expect(out).toMatch(/\n\n2 tasks: 1 waiting, 1 dead\n$/);
    const fresh = openBench({ "PLAN.md": TEXT }, await server.migratedDatabase(), false);
    expect((await fresh.folder.call(list, ["PLAN.md"], {}, fresh.env)).out).toContain("No run has worked PLAN.md yet");
  });

  test("moves none of several when one is in another state", async () => {
    const bench = await dead();
    const { code, err } = await bench.folder.call(redrive, ["PLAN.md", "T-1", "T-2"], WHO, bench.env);
    expect([code, err]).toEqual([64, expect.stringContaining("HP8023")]);
    expect((await listed(bench)).counts).toMatchObject({ dead: 1, waiting: 1 });
  });

  test("refuses an id that two tasks carry", async () => {
    const twice = "# Plan\n\n- [ ] T-1 One\n- [ ] T-1 Another\n";
    const bench = openBench({ "PLAN.md": twice, ...worker("false") }, await server.migratedDatabase(), false);
    await bench.run();
    const { code, err } = await bench.folder.call(redrive, ["PLAN.md", "T-1"], WHO, bench.env);
    expect([code, err]).toEqual([64, expect.stringContaining("HP8022")]);
  });

  test.each([
    ["redrive", ["T-1"], { ...WHO, as: " " }, "HP8010"],
    ["redrive", ["T-1"], { ...WHO, reason: "" }, "HP8010"],
    ["redrive", [], WHO, "HP8018"],
    ["redrive", ["T-1"], { ...WHO, allDead: true }, "HP8018"],
    ["redrive", ["T-9"], WHO, "HP8021"],
    ["cancel", ["T-9"], WHO, "HP8021"],
    ["cancel", ["T-1"], { as: "Robin" }, "HP8010"],
    ["list", [], { state: ["dying"] }, "HP8012"],
  ])("refuses task %s %j with %j", async (which, keys, options, code) => {
    const { folder, env } = openBench({ "PLAN.md": TEXT }, await server.migratedDatabase(), false);
    const command = { redrive, cancel, list }[which] ?? list;
    const result = await folder.call(command, ["PLAN.md", ...keys], options, env);
    expect([result.code, result.err]).toEqual([64, expect.stringContaining(code)]);
  });

  test.each([["redrive"], ["cancel"]])("refuses to %s from inside an attempt", async (which) => {
    const { folder, env } = openBench({ "PLAN.md": TEXT }, await server.migratedDatabase(), false);
    const inside = { ...env, HOLDPOINT_TASK: "T-1" };
    const { code, err } = await folder.call(which === "redrive" ? redrive : cancel, ["PLAN.md", "T-1"], WHO, inside);
    expect([code, err]).toEqual([64, expect.stringContaining("HP8013")]);
  });
});
