import { linkSync } from "node:fs";
import { probeIsolation } from "@holdpoint/agent";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run as sign } from "../commands/gate-sign.ts";
import { run as waive } from "../commands/gate-waive.ts";
import { type Bench, openBench, plan, worker } from "./run-bench.testing.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(undefined);
});
afterAll(() => server.stop());

const SIDECAR = "holdpoint: sidecar/v1\n";
const WHO = { plan: "PLAN.md", as: "Ada", role: "editor", reason: "read it" };

/** A plan that waits for a signature. @param exposed no command can be isolated: the sidecar has another name */
async function held(exposed: boolean): Promise<Bench> {
  const files = { "PLAN.md": plan("approval", "1 of editor"), "PLAN.holdpoint.yaml": SIDECAR };
  const agent = worker("true", "workspace: shared\n");
  const bench = openBench({ ...files, ...agent }, await server.migratedDatabase(), false);
  if (exposed) linkSync(bench.folder.path("PLAN.holdpoint.yaml"), `${bench.folder.dir}-other-name`);
  await bench.run();
  return bench;
}

describe("a signature", { timeout: 60_000 }, () => {
  test("carries isolation: none once an attempt ran without, and the verdict says so", async () => {
    const { folder, env, verify } = await held(true);
    const people = await folder.call(sign, ["approval"], WHO, env);
    expect(people.out).toContain("ran without isolation, so the record carries isolation: none.");
    const object = await folder.call(sign, ["approval"], { ...WHO, json: true }, env);
    expect(JSON.parse(object.out)).toMatchObject({ isolation: "none" });
    const { code, report } = await verify();
    expect([code, report.gates[0]?.hint]).toEqual([0, expect.stringContaining("isolation: none")]);
  });

  test("does not count then where the sidecar requires isolation, nor does a waiver", async () => {
    const { folder, env, verify } = await held(true);
    folder.write("PLAN.holdpoint.yaml", `${SIDECAR}isolation: required\n`);
    const { out } = await folder.call(sign, ["approval"], WHO, env);
    expect(out).toContain("the gate, which asks for isolation: required, will not count it");
    const waived = await folder.call(waive, ["approval"], { ...WHO, expires: "1h", json: true }, env);
    expect(JSON.parse(waived.out)).toMatchObject({ isolation: "none" });
    const { code, report } = await verify();
    expect([code, report.gates[0]?.reason]).toEqual([2, "awaiting_witness"]);
    expect(report.gates[0]?.explanation).toContain("a signature made without isolation");
  });

  test.runIf(probeIsolation().mode !== null)("counts there when every attempt was isolated", async () => {
    const { folder, env, verify } = await held(false);
    folder.write("PLAN.holdpoint.yaml", `${SIDECAR}isolation: required\n`);
    const { out } = await folder.call(sign, ["approval"], { ...WHO, json: true }, env);
    expect(JSON.parse(out)).toMatchObject({ isolation: "full" });
    expect((await verify()).report.gates[0]).toMatchObject({ verdict: "pass", reason: "met", hint: null });
  });
});
