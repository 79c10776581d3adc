import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commandEnvironment } from "./command-environment.ts";
import { absolutePath, findProgram, ownPath, ownProgram } from "./own-program.ts";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-programs-")));
  for (const bin of ["bin", "node_modules/.bin"]) {
    mkdirSync(join(folder, bin), { recursive: true });
    writeFileSync(join(folder, bin, "git"), "#!/bin/sh\n", { mode: 0o755 });
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a program of ours", () => {
  it("is found in the absolute entries of PATH alone", () => {
    expect(findProgram("git", `:.:bin:${folder}/bin:/usr/bin`)).toBe(join(folder, "bin", "git"));
    expect(findProgram("git", "::./bin:node_modules/.bin")).toMatch(/^\/usr\/(?:local\/)?bin\/git$/);
  });

  it("is never one of a package folder", () => {
    expect(findProgram("git", `${folder}/node_modules/.bin:/usr/bin`)).not.toContain(folder);
  });

  it("that is nowhere has the path where it should be", () => {
    expect(findProgram("no-such-program", undefined)).toBe("/usr/bin/no-such-program");
  });

  it("is looked for once", () => {
    expect(ownProgram("git")).toBe(ownProgram("git"));
    expect(ownPath(["git"]).split(":")).toContain("/usr/bin");
  });
});

describe("the PATH of a command", () => {
  it("has no entry that depends on the folder it runs in", () => {
    expect(commandEnvironment({ from: { PATH: ":.:/usr/bin::node_modules/.bin:/bin:" } })["PATH"]).toBe(
      "/usr/bin:/bin",
    );
    expect(commandEnvironment({ from: {}, set: { PATH: "x:/opt/bin" } })["PATH"]).toBe("/opt/bin");
  });

  it("is the system's when nothing is left of it", () => {
    expect(absolutePath(".:")).toContain("/usr/bin");
    expect(absolutePath(undefined)).toContain("/usr/bin");
  });
});
