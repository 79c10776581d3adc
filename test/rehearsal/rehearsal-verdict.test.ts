import { createControlPlane, createSystemRuntime } from "@holdpoint/server";
import { startTestServer } from "@holdpoint/store/testing";
import { describe, expect, it } from "vitest";
import { faultsIn, percentOf, recoveryOf, shortfalls } from "./rehearsal-verdict.ts";

const GOOD = {
  agents_healthy: 100,
  agents_served: 232,
  plan_tasks_accepted: 144,
  error_recovery: 100,
  dead_letters_redriven: 1,
  restores_verified: 1,
  moves_verified: 1,
  load_failed: 0,
  server_faults: 0,
  runner_stopped: 0,
  server_stopped: 0,
};
const AIMS = { agents: 232, tasks: 144 };

describe("what a rehearsal says of itself", () => {
  it("counts the faults that a real server counts", async () => {
    const database = await startTestServer(undefined);
    const runtime = createSystemRuntime();
    const store = await database.openStore(() => runtime.now());
    let isBroken = false;
    const caller = { tenant: "acme", name: "me", tokenId: null, scopes: new Set(["read"] as const) };
    const plane = await createControlPlane({
      store,
      runtime,
      version: "0",
      replica: "one",
      authenticate: () => (isBroken ? Promise.reject(new Error("broken")) : Promise.resolve(caller)),
    });
    try {
      const url = await plane.listen({ host: "127.0.0.1", port: 0 });
      const ask = async (path: string): Promise<Response> =>
        await fetch(`${url}${path}`, { headers: { authorization: "Bearer hp_one" } });
      expect((await ask("/v1/plans")).status).toBe(200);
      expect(faultsIn(await (await ask("/metrics")).text())).toBe(0);
      isBroken = true;
      const broken = [await ask("/v1/plans"), await ask("/v1/plans")];
      expect(broken.map(({ status }) => status)).toEqual([500, 500]);
      isBroken = false;
      expect(faultsIn(await (await ask("/metrics")).text())).toBe(2);
    } finally {
      await plane.close();
      await database.stop();
    }
  });

  it("refuses numbers in which no request is counted", () => {
    expect(() => faultsIn('holdpoint_requests_total{status="500"} 3\n')).toThrow("do not say how it answered");
  });

  it("never rounds a share up", () => {
    expect([percentOf(231, 232), percentOf(232, 232), percentOf(0, 232)]).toEqual([99, 100, 0]);
  });

  it("counts as recovered what failed and was accepted in the end, of what failed", () => {
    const [failed, expired, accepted] = [{ outcome: "failed" }, { outcome: "expired" }, { outcome: "accepted" }];
    const tasks = [
      { state: "accepted", attempts: [failed, accepted] },
      { state: "dead", attempts: [failed, failed] },
      { state: "accepted", attempts: [expired, accepted] },
      { state: "accepted", attempts: [accepted] },
    ];
    expect(recoveryOf(tasks)).toBe(50);
    expect(recoveryOf(tasks.slice(0, 1))).toBe(100);
  });

  it("says nothing of recovery when nothing failed", () => {
    expect(() => recoveryOf([{ state: "accepted", attempts: [{ outcome: "accepted" }] }])).toThrow("no task failed");
  });

  it("finds nothing short when everything came to be", () => {
    expect(shortfalls(GOOD, AIMS)).toEqual([]);
  });

  it.each([
    ["agents_healthy", 99],
    ["agents_served", 231],
    ["plan_tasks_accepted", 143],
    ["error_recovery", 91],
    ["dead_letters_redriven", 0],
    ["restores_verified", 0],
    ["moves_verified", 0],
    ["load_failed", 1],
    ["server_faults", 2],
    ["runner_stopped", -1],
    ["server_stopped", 1],
  ])("finds %s of %i short", (name, value) => {
    expect(shortfalls({ ...GOOD, [name]: value }, AIMS)).toEqual([expect.stringMatching(`^${value} instead of `)]);
  });

  it("asks of two replicas that one was killed and that Redis counted for both", () => {
    const aims = { ...AIMS, replicas: true };
    expect(shortfalls({ ...GOOD, replicas_killed: 1, redis_counted: 1 }, aims)).toEqual([]);
    expect(shortfalls(GOOD, aims)).toHaveLength(2);
  });

  it("finds short what was not measured", () => {
    const { restores_verified: _, ...rest } = GOOD;
    expect(shortfalls(rest, AIMS)).toEqual(["nothing instead of 1 backup restored with the same digest"]);
  });
});
