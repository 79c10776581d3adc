import { readFileSync } from "node:fs";
import { createControlPlane, createSystemRuntime } from "@holdpoint/server";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run as exportLog } from "./audit-export.ts";
import { run as verify } from "./audit-verify.ts";
import { callFolder } from "./call.testing.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer(undefined);
});

afterAll(async () => {
  await server.stop();
});

describe("holdpoint audit", () => {
  test("exports a log and its checkpoints, verifies them, and tells when a line is gone", async () => {
    const folder = callFolder();
    const store = await server.openStore(() => Date.now());
    const auditFolder = folder.path("installation");
    const runtime = createSystemRuntime();
    const plane = await createControlPlane({
      store,
      runtime,
      version: "test",
      replica: "test",
      access: { auditFolder },
    });
    const token = (await plane.access.ensureFirstAdmin())?.token ?? "";
    const url = await plane.listen({ host: "127.0.0.1", port: 0 });
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    for (const name of ["a", "b", "c"]) {
      await fetch(`${url}/v1/tokens`, { method: "POST", headers, body: JSON.stringify({ kind: "rdr", name }) });
    }
    plane.access.services.find(({ name }) => name === "audit-checkpoints")?.wake();
    const env = { HOLDPOINT_TOKEN: token };
    await expect
      .poll(async () => (await folder.call(exportLog, [], { server: url, checkpoints: true }, env)).out)
      .toContain('"seq":3');
    const log = await folder.call(exportLog, [], { server: url }, env);
    const whole = await folder.call(exportLog, [], { server: url, json: true }, env);
    expect(JSON.parse(whole.out)).toEqual({
      schema: "holdpoint/audit-export/v1",
      kind: "entries",
      items: log.out
        .trim()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    });
    const kept = await folder.call(exportLog, [], { checkpoints: true }, { ...env, HOLDPOINT_URL: url });
    const refused = await folder.call(exportLog, [], { server: url }, { HOLDPOINT_TOKEN: "hp_adm_wrong" });
    expect([refused.code, refused.err]).toEqual([64, expect.stringContaining("HP9103")]);
    await plane.close();
    expect(log.out.trim().split("\n")).toHaveLength(3);
    folder.write("log.jsonl", log.out);
    folder.write("kept.jsonl", kept.out);
    const options = { checkpoints: "kept.jsonl", key: ["installation/audit-key.pub.pem"] };
    const verified = await folder.call(verify, ["log.jsonl"], options);
    expect([verified.code, verified.out]).toEqual([0, expect.stringContaining("Verified: 3 entries")]);
    folder.write("cut.jsonl", `${log.out.trim().split("\n").slice(0, 2).join("\n")}\n`);
    const cut = await folder.call(verify, ["cut.jsonl"], { ...options, json: true });
    expect([cut.code, JSON.parse(cut.out)]).toMatchObject([1, { verdict: "broken", entries: 2 }]);
    folder.write("none.jsonl", "");
    expect((await folder.call(verify, ["log.jsonl"], { ...options, checkpoints: "none.jsonl" })).code).toBe(2);
    expect(readFileSync(folder.path("installation/audit-checkpoints.jsonl"), "utf8")).toBe(kept.out);
  });

  test("says what is missing or cannot be read", async () => {
    const folder = callFolder({ "log.jsonl": "", "key.pem": "no key" });
    const calls = [
      await folder.call(verify, ["log.jsonl"], { key: ["key.pem"] }),
      await folder.call(verify, ["log.jsonl"], { checkpoints: "log.jsonl" }),
      await folder.call(verify, ["nowhere.jsonl"], { checkpoints: "log.jsonl", key: ["key.pem"] }),
      await folder.call(verify, ["log.jsonl"], { checkpoints: "log.jsonl", key: ["key.pem"] }),
      await folder.call(exportLog, [], {}),
      await folder.call(exportLog, [], { server: "http://127.0.0.1:1" }, { HOLDPOINT_TOKEN: "x" }),
      await folder.call(exportLog, [], { server: "nonsense" }, { HOLDPOINT_TOKEN: "x" }),
    ];
    expect(calls.map(({ code, err }) => [code, /HP\d{4}/.exec(err)?.[0]])).toEqual([
      [64, "HP8010"],
      [64, "HP8010"],
      [64, "HP8012"],
      [64, "HP8012"],
      [69, "HP9321"],
      [64, "HP8012"],
      [64, "HP8012"],
    ]);
  });
});
