import { chmodSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { callFolder } from "../commands/call.testing.ts";
import { report, run } from "../commands/doctor.ts";
import { consent, database, type Finding, git, isolation, limits } from "./look-around.ts";

const FINE: Finding = { what: "git", state: "works", detail: "2.39", remedy: null };
const NO_GROUPS = { folder: null, controllers: [], reason: "not delegated" } as const;
const LIMITED = isolation({ mode: null, reason: "namespaces exist on Linux only", tried: [] });

// A test that fails must not leave its environment to the files after this one.
afterEach(() => void vi.unstubAllEnvs());

describe("holdpoint doctor", { timeout: 60_000 }, () => {
  it("looks at everything that a run needs, by doing it", async () => {
    const { code, out } = await callFolder().call(run, []);
    expect(code).toBe(0);
    for (const what of ["Node.js", "database", "isolation", "limits", "git", "consent"]) expect(out).toContain(what);
    expect(out).toMatch(/works +database +PostgreSQL \d+/);
  });

  it("says what is limited with the whole reason and the remedy, and ends with 0", async () => {
    const { code, out } = await callFolder().call((call) => Promise.resolve(report(call, [FINE, LIMITED])), []);
    expect(code).toBe(0);
    expect(out).toContain("isolation is limited: none: namespaces exist on Linux only\n");
    expect(out).toContain("docs/guide/isolation.md");
    expect(out).toContain("Holdpoint works here, with the limits above.");
  });

  it("ends with 1 when something that is needed is missing", async () => {
    const missing: Finding = { what: "database", state: "missing", detail: "it is not there", remedy: "Put it there." };
    const told = await callFolder().call((call) => Promise.resolve(report(call, [FINE, missing])), []);
    expect(told.code).toBe(1);
    expect(told.out).toContain("database is missing: it is not there");
    expect(told.out).toContain("Put it there.");
    const json = await callFolder().call((call) => Promise.resolve(report(call, [FINE, missing])), [], { json: true });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toEqual({ schema: "holdpoint/doctor/v1", ok: false, findings: [FINE, missing] });
  });

  it("asks the server that DATABASE_URL names, and never shows its password", async () => {
    const found = await database({ DATABASE_URL: "postgres://me:hush@127.0.0.1:1/none" });
    expect(found).toMatchObject({ what: "database", state: "missing", remedy: expect.stringMatching(/./) });
    expect(JSON.stringify(found)).not.toContain("hush");
  });

  it("says where no folder for a trial database could be made", async () => {
    vi.stubEnv("TMPDIR", "/nowhere/at/all");
    expect(await database({})).toMatchObject({ state: "missing", remedy: expect.stringContaining("TMPDIR") });
  });

  it("says that git is missing", () => {
    expect(git({ PATH: "/nowhere" })).toMatchObject({
      state: "limited",
      remedy: expect.stringContaining("Install git"),
    });
  });

  it("says that limits are looser without /proc", () => {
    expect(limits("darwin", NO_GROUPS, []).state).toBe("limited");
    expect(limits("linux", NO_GROUPS, []).state).toBe("works");
  });

  it("says which limits bind: those that are watched, and those of control groups, tried or not", () => {
    expect(limits("linux", NO_GROUPS, []).detail).toContain("by watching it; not by control groups: not delegated");
    const groups = { folder: "/groups", controllers: ["memory", "pids", "cpu"], reason: null } as const;
    expect(limits("linux", groups, ["pids", "memory"]).detail).toContain(
      "by control groups in /groups: memory (tried), pids (tried), cpu (not proven)",
    );
  });

  it("says that consent cannot be remembered without a place for the key", () => {
    const folder = callFolder();
    writeFileSync(folder.home, "");
    chmodSync(folder.home, 0o600);
    expect(consent({ XDG_CONFIG_HOME: folder.home })).toMatchObject({
      state: "limited",
      remedy: expect.stringContaining("XDG_CONFIG_HOME"),
    });
  });
});
