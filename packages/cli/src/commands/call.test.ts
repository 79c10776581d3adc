import { OPERATIONS } from "@holdpoint/contract";
import { createControlPlane, createSystemRuntime } from "@holdpoint/server";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CallFolder, type CallResult, callFolder } from "./call.testing.ts";
import { run } from "./call.ts";
import { fieldsOf } from "./operation-fields.ts";

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

async function ask(
  args: readonly string[],
  options: Parameters<CallFolder["call"]>[2] = {},
  files: Readonly<Record<string, string>> = {},
): Promise<CallResult> {
  return await callFolder(files).call(run, args, options, env);
}

describe("holdpoint call", () => {
  test("imports a plan from a file, and shows its tasks and its text", async () => {
    const imported = await ask(
      ["importPlan", "source=PLAN.md", "document=@PLAN.md"],
      {},
      { "PLAN.md": "# P\n\n- [ ] a\n" },
    );
    const { plan } = JSON.parse(imported.out) as { plan: { id: string; digest: string } };
    const listed = await ask(["listTasks", `plan=${plan.id}`, "state=ready", "state=held", "limit=5"], { json: true });
    expect(JSON.parse(listed.out)).toMatchObject({
      schema: "holdpoint/answer/v1",
      operation: "listTasks",
      answer: { items: [{ title: "a", state: "ready" }] },
    });
    const text = await ask(["getDocument", `plan=${plan.id}`, "revision=1"]);
    expect([text.code, text.out]).toEqual([0, "# P\n\n- [ ] a\n"]);
    const stale = await ask(["importPlan", "source=PLAN.md", "document=# Q"], { ifMatch: '"sha256:other"' });
    expect([stale.code, stale.err]).toEqual([64, expect.stringContaining("HP9431")]);
  });

  test("takes text as it is where text is asked for, and JSON elsewhere", async () => {
    const body = JSON.stringify({ queue: "numbers", payload: { n: 1 } });
    const made = await ask(["createTask", "title=123", "priority=5", 'capabilities=["dig"]'], { body });
    const { id } = JSON.parse(made.out) as { id: string };
    const shown = JSON.parse((await ask(["getTask", `task=${id}`])).out) as Record<string, unknown>;
    expect(shown).toMatchObject({ title: "123", priority: 5, capabilities: ["dig"] });
    expect(JSON.parse((await ask(["pauseQueue", "queue=numbers"])).out)).toEqual({ paused: true });
  });

  test("does a write once for the key that it is given", async () => {
    const send = (): Promise<CallResult> => ask(["createTask", "title=Once"], { idempotencyKey: "once" });
    expect((await send()).out).toBe((await send()).out);
  });

  test("lists what can be called, and what one takes", async () => {
    const { out } = await ask([]);
    expect(out).toMatch(/^redriveDeadLetters +operate +/m);
    expect(out).not.toContain("followRunner");
    const fields = await ask(["createTask"], { fields: true });
    expect(fields.out).toMatch(/^POST \/v1\/tasks: Create a task/);
    expect(fields.out).toMatch(/^title +needed +text/m);
    expect(fields.out).toMatch(/^priority +whole number, else 0 +Higher goes first/m);
    expect((await ask(["health"], { fields: true })).out).toContain("It takes no fields.");
    const told = JSON.parse((await ask(["createTask"], { fields: true, json: true })).out) as { fields: unknown[] };
    expect(told.fields).toContainEqual(expect.objectContaining({ name: "title", part: "body", isRequired: true }));
  });

  test.each([
    [["nothing"], {}, "lists the operations"],
    [["followRunner", "runner=a"], {}, "/v1/runners/{runner}/session"],
    [["listTasks", "limt=5"], {}, "the fields of listTasks are"],
    [["listTasks", "limit"], {}, "FIELD=VALUE"],
    [["createTask"], {}, "createTask title cannot be left out."],
    [["createTask", "title=a", "priority=high"], {}, 'createTask priority cannot be "high".'],
    [["importPlan", "source=a", "document=@none.md"], {}, "can be read"],
    [["createTask"], { body: "[1]" }, "JSON object"],
    [["createTask"], { body: "{" }, "JSON object"],
  ])("refuses %j %j before anything is sent", async (args, options, said) => {
    const { code, err } = await ask(args, options);
    expect(code).toBe(64);
    expect(err.replaceAll(/\s+/g, " ")).toContain("HP8012");
    expect(err.replaceAll(/\s+/g, " ")).toContain(said);
  });

  test("passes on what the server refuses, with its code", async () => {
    const { code, err } = await ask(["getTask", "task=00000000-0000-7000-8000-000000000000"]);
    expect([code, err]).toEqual([64, expect.stringContaining("HP9105")]);
  });

  test("can tell the fields of every operation apart by their names", () => {
    for (const operation of OPERATIONS) {
      const names = fieldsOf(operation).map(({ name }) => name);
      expect([operation.id, new Set(names).size]).toEqual([operation.id, names.length]);
    }
  });
});
