import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { TokenFile } from "@holdpoint/agent";
import { describe, expect, it } from "vitest";
import { callFolder } from "../commands/call.testing.ts";
import { hiddenToken, runnerServer } from "./runner-token.ts";

describe("the token of a runner", () => {
  const env = { HOLDPOINT_URL: "http://127.0.0.1:1", HOLDPOINT_TOKEN: "from-variable" };

  function server(options: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}) {
    const folder = callFolder();
    writeFileSync(folder.path("one.token"), "from-file\n");
    const call = {
      args: [],
      options,
      cwd: folder.dir,
      env: { ...env, ...more },
      out: process.stdout,
      err: process.stderr,
    };
    return runnerServer(call, "host");
  }

  it("is that of the file, by option or variable, before that of the variable", () => {
    expect(server({ tokenFile: "one.token" }).token?.current).toBe("from-file");
    expect(server({}, { HOLDPOINT_TOKEN_FILE: "one.token" }).token?.current).toBe("from-file");
    const plain = server({});
    expect([plain.token?.current, plain.file]).toEqual(["from-variable", null]);
    expect(server({ token: "given" }).token?.current).toBe("given");
  });

  it("is none when there is none", () => {
    expect(server({}, { HOLDPOINT_TOKEN: "" }).token).toBeNull();
  });

  it("is refused when it is given twice, and when its file is missing", () => {
    expect(() => server({ token: "a", tokenFile: "one.token" })).toThrow(expect.objectContaining({ code: "HP8012" }));
    expect(() => server({ tokenFile: "two.token" })).toThrow(expect.objectContaining({ code: "HP7310" }));
  });

  it("is hidden with its folder, or alone where attempts need the folder", () => {
    expect(hiddenToken("/etc/runner/token", ["/srv/plans"])).toBe("/etc/runner");
    expect(hiddenToken("/srv/token", ["/srv/plans"])).toBe("/srv/token");
    expect(hiddenToken("/srv/plans/token", ["/srv/plans"])).toBe("/srv/plans/token");
    expect(hiddenToken(join(homedir(), "token"), [])).toBe(join(homedir(), "token"));
  });

  it("is hidden with its folder only when that holds nothing but the token and drafts of it", () => {
    const folder = callFolder();
    const { dir } = folder;
    const token = folder.write("../own/host.token", "hp_run_a");
    const own = dirname(token);
    const draft = new TokenFile(token).draft();
    expect([readdirSync(own).length, hiddenToken(token, [dir])]).toEqual([2, own]);
    draft.discard();
    for (const other of ["host.token.old", "host.token.0123456789ab.new.txt", "second.token", "..hosts"]) {
      writeFileSync(join(own, other), "");
      expect(hiddenToken(token, [dir])).toBe(token);
      rmSync(join(own, other));
    }
    expect(hiddenToken("/etc/holdpoint.token", [dir])).toBe("/etc/holdpoint.token");
    expect(hiddenToken("/tmp/x.token", ["/srv/plans"])).toBe("/tmp/x.token");
  });

  it("is hidden alone where attempts work in a folder below its own whose name begins with dots", () => {
    expect(hiddenToken("/srv/token", ["/srv/..plans"])).toBe("/srv/token");
  });
});
