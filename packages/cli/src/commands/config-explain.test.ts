import { describe, expect, test } from "vitest";
import { callFolder } from "./call.testing.ts";
import { run } from "./config-explain.ts";

describe("holdpoint config explain", () => {
  test("prints every setting with its value and where that comes from", async () => {
    const folder = callFolder({ "holdpoint.config.yaml": "port: 6000\n" });
    const { code, out } = await folder.call(run, [], { set: ["log-level=warn"] }, { HOLDPOINT_LEASE_TTL: "20s" });
    expect(code).toBe(0);
    expect(out).toMatch(/^port +6000 +holdpoint\.config\.yaml:1/m);
    expect(out).toMatch(/^log-level +warn +--log-level/m);
    expect(out).toMatch(/^lease-ttl +20s +HOLDPOINT_LEASE_TTL/m);
    expect(out).toMatch(/^host +127\.0\.0\.1 +default/m);
    expect(out).toMatch(/^redis-url +– +default/m);
  });

  test("gives one object with --json, without passwords", async () => {
    const { out } = await callFolder().call(run, [], { json: true }, { DATABASE_URL: "postgres://a:hunter2@h/d" });
    const told: { schema: string; settings: readonly { name: string; value: string | null }[] } = JSON.parse(out);
    expect(told.schema).toBe("holdpoint/config/v1");
    expect(told.settings.find(({ name }) => name === "database-url")?.value).toBe("postgres://[hidden]@h/d");
  });

  test("reads the file that is named, and refuses one that is not there", async () => {
    const folder = callFolder({ "other.yaml": "port: 7000\n" });
    expect((await folder.call(run, [], { config: "other.yaml" })).out).toMatch(/^port +7000 +other\.yaml:1/m);
    expect((await folder.call(run, [], { config: "none.yaml" })).err).toContain("HP8012");
  });

  test.each([
    ["a key that is not known", { "holdpoint.config.yaml": "prot: 1\n" }, {}, "HP8102"],
    ["a value that does not fit", { "holdpoint.config.yaml": "port: x\n" }, {}, "HP8103"],
    ["what is no YAML", { "holdpoint.config.yaml": "a: [\n" }, {}, "HP8101"],
    ["an option that is not known", {}, { set: ["prot=1"] }, "HP8012"],
    ["an option without a value", {}, { set: ["port"] }, "HP8012"],
  ])("refuses %s", async (_, files, options, code) => {
    const { err } = await callFolder(files).call(run, [], options);
    expect(err).toContain(code);
  });
});
