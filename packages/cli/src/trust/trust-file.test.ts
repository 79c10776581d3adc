import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CallFolder, callFolder } from "../commands/call.testing.ts";
import { type PlanPlace, planPlace } from "../place/plan-place.ts";
import { scriptsOf } from "./scripts-of.ts";
import { readTrust, revokeTrust, writeTrust } from "./trust-file.ts";
import { existingUserKey, userFolder, userKey } from "./user-key.ts";

interface Trusting {
  readonly folder: CallFolder;
  readonly place: PlanPlace;
  readonly env: NodeJS.ProcessEnv;
}

function trusting(): Trusting {
  const folder = callFolder({ "PLAN.md": "# A\n", "check.sh": "echo a=1\n" });
  return { folder, place: planPlace("PLAN.md", folder.dir), env: { XDG_CONFIG_HOME: folder.home } };
}

describe("consent", () => {
  it("is given to a command as it is, with the scripts that it names as they are", () => {
    const { folder, place, env } = trusting();
    expect(readTrust(place, env).consentTo("sh check.sh")).toBe("unknown");
    writeTrust(place, ["sh check.sh", "true"], env);
    expect(readTrust(place, env).consentTo("sh check.sh")).toBe("trusted");
    expect(readTrust(place, env).consentTo("sh check.sh ")).toBe("unknown");
    folder.write("check.sh", "rm -rf /\n");
    expect(readTrust(place, env).consentTo("sh check.sh")).toBe("changed");
    expect(readTrust(place, env).consentTo("true")).toBe("trusted");
  });

  it("is void for a script that came to exist under a name in the command", () => {
    const { folder, place, env } = trusting();
    writeTrust(place, ["./later.sh"], env);
    folder.write("later.sh", "echo\n");
    expect(readTrust(place, env).consentTo("./later.sh")).toBe("changed");
  });

  it("is forgotten when it is revoked", () => {
    const { place, env } = trusting();
    writeTrust(place, ["true"], env);
    expect(revokeTrust(place)).toBe(true);
    expect(revokeTrust(place)).toBe(false);
    expect(readTrust(place, env).consentTo("true")).toBe("unknown");
  });

  it("is kept in a file for the user alone", () => {
    const { place, env } = trusting();
    writeTrust(place, ["true"], env);
    expect(statSync(place.trustFile).mode & 0o777).toBe(0o600);
    expect(readdirSync(place.stateDir).sort()).toEqual([".gitignore", "artifacts", "trust.yaml"]);
  });
});

describe("a trust file", () => {
  it("of another user is refused", () => {
    const { folder, place, env } = trusting();
    writeTrust(place, ["true"], { XDG_CONFIG_HOME: folder.path("other") });
    userKey(env);
    expect(() => readTrust(place, env)).toThrow(expect.objectContaining({ code: "HP2101" }));
  });

  it("is refused when the user has no key yet, and none is made for that", () => {
    const { folder, place, env } = trusting();
    writeTrust(place, ["true"], { XDG_CONFIG_HOME: folder.path("other") });
    expect(() => readTrust(place, env)).toThrow(expect.objectContaining({ code: "HP2101" }));
    expect(existsSync(userFolder(env))).toBe(false);
  });

  it("that stands beside another plan, or in another folder, is refused", () => {
    const { folder, place, env } = trusting();
    writeTrust(place, ["true"], env);
    const copied = planPlace("copy/PLAN.md", folder.dir);
    mkdirSync(copied.stateDir, { recursive: true });
    writeFileSync(copied.trustFile, readFileSync(place.trustFile));
    expect(() => readTrust(copied, env)).toThrow(expect.objectContaining({ code: "HP2101" }));
    expect(() => readTrust(planPlace("OTHER.md", folder.dir), env)).toThrow(
      expect.objectContaining({ code: "HP2101" }),
    );
  });

  it("that was edited is refused", () => {
    const { place, env } = trusting();
    writeTrust(place, ["true"], env);
    writeFileSync(place.trustFile, readFileSync(place.trustFile, "utf8").replace('command: "true"', "command: rm"));
    expect(() => readTrust(place, env)).toThrow(expect.objectContaining({ code: "HP2101" }));
  });

  it.each([
    ["no YAML", "a: [", "HP2102"],
    ["another shape", "schema: holdpoint/trust/v1\n", "HP2102"],
    ["empty", "", "HP2102"],
    ["full of aliases", "a: &a [x]\nb: [*a, *a]\n", "HP2102"],
  ])("that is %s is told with its reason", (_, text, code) => {
    const { folder, place, env } = trusting();
    folder.write(".holdpoint/trust.yaml", text);
    expect(() => readTrust(place, env)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(/: .*[^[{:]\.$/) }),
    );
  });

  it("that is a folder is told", () => {
    const { place, env } = trusting();
    mkdirSync(place.trustFile, { recursive: true });
    expect(() => readTrust(place, env)).toThrow(expect.objectContaining({ code: "HP2102" }));
    expect(() => revokeTrust(place)).toThrow(expect.objectContaining({ code: "HP8005" }));
  });
});

describe("the user's key", () => {
  it("is made once, for the user alone", () => {
    const { env } = trusting();
    expect(existingUserKey(env)).toBeNull();
    const key = userKey(env);
    expect(key).toHaveLength(32);
    expect(userKey(env)).toEqual(key);
    expect(statSync(join(userFolder(env), "trust.key")).mode & 0o777).toBe(0o600);
    expect(readdirSync(userFolder(env))).toEqual(["trust.key"]);
  });

  it.each([
    ["empty", ""],
    ["cut", "abc123"],
    ["no key", "z".repeat(64)],
  ])("that is %s seals nothing", (_, content) => {
    const { folder, place, env } = trusting();
    mkdirSync(join(folder.home, "holdpoint"), { recursive: true });
    writeFileSync(join(folder.home, "holdpoint/trust.key"), content);
    expect(() => writeTrust(place, ["true"], env)).toThrow(expect.objectContaining({ code: "HP2103" }));
    expect(existsSync(place.trustFile)).toBe(false);
  });

  it("that cannot be made or read is told with the folder and the remedy", () => {
    const { folder, place, env } = trusting();
    writeFileSync(folder.home, "a file where the folder should be");
    expect(() => writeTrust(place, ["true"], env)).toThrow(
      expect.objectContaining({
        code: "HP2103",
        message: expect.stringContaining("trust.key"),
        remedy: expect.stringContaining("XDG_CONFIG_HOME"),
      }),
    );
  });

  it("is never looked for in a relative folder, which would be the repository's", () => {
    expect(userFolder({ XDG_CONFIG_HOME: "conf" })).toBe(userFolder({}));
    expect(userFolder({ XDG_CONFIG_HOME: "" })).toBe(userFolder({}));
    expect(userFolder({ XDG_CONFIG_HOME: "/conf" })).toBe("/conf/holdpoint");
  });
});

describe("the scripts of a command", () => {
  it.each([
    ["sh checks/a.sh", ["checks/a.sh"]],
    ["./b.sh && sh checks/a.sh | tee x", ["b.sh", "checks/a.sh"]],
    ["FILE=b.sh make", ["Makefile", "b.sh"]],
    ["sh \"b.sh\" 'checks/a.sh'", ["b.sh", "checks/a.sh"]],
    ["sh checks", []],
    ["sh missing.sh /etc/passwd", []],
    ["sh ../outside.sh", ["../outside.sh"]],
    ["cd checks && sh a.sh", ["checks/a.sh"]],
    ["cd checks && npm run -s cov", ["package.json"]],
    ["make -s score", ["Makefile"]],
    ["node tools", ["tools/index.js"]],
    ["b.sh b.sh", ["b.sh"]],
  ])("of %s are %j", (command, paths) => {
    const folder = callFolder({
      "b.sh": "b",
      "checks/a.sh": "a",
      "../outside.sh": "o",
      "package.json": "{}",
      Makefile: "score:",
      "tools/index.js": "",
    });
    expect(scriptsOf(command, folder.dir).map((script) => script.path)).toEqual(paths);
  });

  it("cannot be told where a variable or another command names what runs", () => {
    const { place, env } = trusting();
    for (const command of ["sh $D/run.sh", "`which x`", "$(cat x)", "D=tools; sh ${D}/run.sh"]) {
      writeTrust(place, [command], env);
      expect(readTrust(place, env).consentTo(command)).toBe("unknown");
    }
  });

  it("are compared by what a link leads to", () => {
    const folder = callFolder({ "a.sh": "a", "b.sh": "b" });
    symlinkSync("a.sh", folder.path("link.sh"));
    expect(scriptsOf("link.sh", folder.dir)[0]?.digest).toBe(scriptsOf("a.sh", folder.dir)[0]?.digest);
  });
});
