import { keepHistory, type Session, type Store, statement } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendEvents, createEventLog } from "./event-log.ts";

const ADD_TENANT = statement("add_tenant", "INSERT INTO holdpoint.tenant (tenant_id, created_at_ms) VALUES ($1, 0)");
const PLAN = "00000000-0000-7000-8000-000000000001";

describe.each(TEST_SERVERS)("the event log on $name", (testServer) => {
  let server: TestServer;
  let store: Store;

  beforeAll(async () => {
    server = await testServer.start();
    store = await server.openStore(() => 0);
  });

  afterAll(async () => {
    await server.stop();
  });

  async function tenant(name: string): Promise<string> {
    await store.run(ADD_TENANT, [name]);
    return name;
  }

  test("gives back what was written, in order and with all its parts", async () => {
    const name = await tenant("whole");
    await store.transaction((tx) =>
      appendEvents(tx, name, 7, [
        { kind: "task.accepted", planId: PLAN, subject: "a", attempt: 2, data: { key: "A", quote: '"\\' } },
        { kind: "plan.imported" },
      ]),
    );
    const events = await createEventLog(store, name).read();
    expect(events.map(({ seq: _seq, ...event }) => event)).toEqual([
      {
        at: 7,
        kind: "task.accepted",
        planId: PLAN,
        subject: "a",
        attempt: 2,
        data: { key: "A", quote: '"\\' },
        trace: null,
      },
      { at: 7, kind: "plan.imported", planId: null, subject: null, attempt: null, data: {}, trace: null },
    ]);
  });

  test("reads on from a cursor, page by page, of one plan or of all", async () => {
    const name = await tenant("pages");
    const kinds = ["task.added", "task.ready", "task.claimed"];
    await store.transaction((tx) =>
      appendEvents(
        tx,
        name,
        1,
        kinds.map((kind, at) => ({ kind, planId: at === 1 ? null : PLAN })),
      ),
    );
    const log = createEventLog(store, name);
    const first = await log.read({ limit: 2 });
    const rest = await log.read({ after: first.at(-1)?.seq ?? 0 });
    const ofPlan = await log.read({ planId: PLAN, limit: 10 });
    expect([first, rest, ofPlan].map((page) => page.map((event) => event.kind))).toEqual([
      ["task.added", "task.ready"],
      ["task.claimed"],
      ["task.added", "task.claimed"],
    ]);
  });

  test("shows nothing behind which an older transaction could still put a row", async () => {
    const name = await tenant("gaps");
    const log = createEventLog(store, name);
    let letGo = (): void => undefined;
    let begun = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const slow = store.transaction(async (tx: Session) => {
      await appendEvents(tx, name, 1, [{ kind: "slow.first" }]);
      begun();
      await gate;
    });
    await hasBegun;
    await store.transaction((tx) => appendEvents(tx, name, 2, [{ kind: "quick.second" }]));
    expect(await log.read()).toEqual([]);
    letGo();
    await slow;
    expect((await log.read()).map((event) => event.kind)).toEqual(["slow.first", "quick.second"]);
  });

  test("keeps nothing of a transaction that was undone", async () => {
    const name = await tenant("undone");
    const undone = store.transaction(async (tx) => {
      await appendEvents(tx, name, 1, [{ kind: "never.seen" }]);
      throw new Error("undo");
    });
    await expect(undone).rejects.toThrow("undo");
    expect(await createEventLog(store, name).read()).toEqual([]);
  });

  test("refuses a cursor behind which events were dropped, and says from where it goes on", async () => {
    const [name, idle] = [await tenant("kept"), await tenant("idle")];
    const day = (n: number): number => n * 86_400_000;
    const append = (of: string, at: number): Promise<void> =>
      store.transaction((tx) => appendEvents(tx, of, at, [{ kind: "a.b" }, { kind: "a.c" }]));
    await append(idle, day(20_000));
    await append(name, day(20_000));
    const log = createEventLog(store.forTenant(name), name);
    const quiet = createEventLog(store.forTenant(idle), idle);
    const [first, second] = (await log.read()).map(({ seq }) => seq);
    const [, last = 0] = (await quiet.read()).map(({ seq }) => seq);
    await keepHistory(store, day(20_000), { event: day(5), attempt_output: null });
    await append(name, day(20_010));
    expect((await keepHistory(store, day(20_006), { event: day(5), attempt_output: null })).dropped).toEqual([
      "event_d0",
    ]);
    const gone = { code: "HP9110", cursor: String(second) };
    await expect(log.read({ after: first ?? 0 })).rejects.toMatchObject(gone);
    await expect(log.read({ after: first ?? 0, planId: PLAN })).rejects.toMatchObject(gone);
    await expect(log.requireKept(first ?? 0)).rejects.toMatchObject(gone);
    for (const after of [0, second ?? 0]) {
      expect((await log.read({ after })).map(({ kind }) => kind)).toEqual(["a.b", "a.c"]);
      await log.requireKept(after);
    }
    // Nothing of this tenant was dropped after its cursor, however old that is.
    expect(await quiet.read({ after: last })).toEqual([]);
    await expect(quiet.read({ after: last - 1 })).rejects.toMatchObject({ cursor: String(last) });
  });

  test("writes nothing for no events", async () => {
    const name = await tenant("none");
    await store.transaction((tx) => appendEvents(tx, name, 1, []));
    expect(await createEventLog(store, name).read()).toEqual([]);
  });
});
