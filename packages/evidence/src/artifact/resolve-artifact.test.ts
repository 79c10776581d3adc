import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { openArtifact, resolveArtifact } from "./resolve-artifact.ts";

let top = "";
let root = "";

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "holdpoint-artifact-"));
  root = join(top, "plan");
  mkdirSync(join(root, "reports"), { recursive: true });
  writeFileSync(join(root, "reports/a.xml"), "inside");
  writeFileSync(join(top, "secret"), "outside");
});

afterEach(() => rmSync(top, { recursive: true, force: true }));

/** Node has no call for named pipes. */
function makePipe(path: string): void {
  execFileSync("/bin/sh", ["-c", 'mkfifo "$0"', path]);
}

function code(expected: string): unknown {
  return expect.objectContaining({ code: expected });
}

describe("resolving an artifact", () => {
  it("finds a file below the plan's folder", async () => {
    expect(await resolveArtifact(root, "./reports//a.xml")).toMatchObject({ place: "reports/a.xml" });
  });

  it("finds a file through a symbolic link that stays inside, and through a link to the folder itself", async () => {
    symlinkSync("reports", join(root, "latest"));
    symlinkSync(root, join(top, "link-to-plan"));
    expect((await resolveArtifact(root, "latest/a.xml")).path).toMatch(/reports\/a\.xml$/);
    expect((await resolveArtifact(join(top, "link-to-plan"), "reports/a.xml")).place).toBe("reports/a.xml");
  });

  it.each([
    "../secret",
    "reports/../../secret",
    "reports/../reports/a.xml",
    "..",
    "/etc/passwd",
    "C:\\x",
    "C:x",
    "\\\\host\\x",
    "..\\secret",
    "",
    ".",
    "a\0b",
  ])("refuses the path %j", async (path) => {
    await expect(resolveArtifact(root, path)).rejects.toEqual(code("HP3002"));
  });

  it("refuses a symbolic link that leads outside, also by a folder", async () => {
    symlinkSync(join(top, "secret"), join(root, "link"));
    symlinkSync(top, join(root, "folder"));
    await expect(resolveArtifact(root, "link")).rejects.toEqual(code("HP3002"));
    await expect(resolveArtifact(root, "folder/secret")).rejects.toEqual(code("HP3002"));
  });

  it("does not take a folder with the same beginning for the plan's folder", async () => {
    mkdirSync(join(top, "plan-2"));
    writeFileSync(join(top, "plan-2/a"), "other");
    symlinkSync(join(top, "plan-2/a"), join(root, "a"));
    await expect(resolveArtifact(root, "a")).rejects.toEqual(code("HP3002"));
  });

  it("says that there is no such file", async () => {
    await expect(resolveArtifact(root, "reports/b.xml")).rejects.toEqual(
      expect.objectContaining({ code: "HP3001", message: expect.stringContaining("there is no such file") }),
    );
    await expect(resolveArtifact(root, "reports/a.xml/b")).rejects.toEqual(code("HP3001"));
  });

  it("says that links lead in a circle", async () => {
    symlinkSync("loop", join(root, "loop"));
    await expect(resolveArtifact(root, "loop")).rejects.toEqual(code("HP3001"));
  });

  it("refuses folders and pipes", async () => {
    makePipe(join(root, "pipe"));
    await expect(resolveArtifact(root, "reports")).rejects.toEqual(code("HP3003"));
    await expect(resolveArtifact(root, "pipe")).rejects.toEqual(code("HP3003"));
  });
});

describe("opening an artifact", () => {
  it("gives the file", async () => {
    const handle = await openArtifact(root, await resolveArtifact(root, "reports/a.xml"), 100);
    expect(await handle.readFile("utf8")).toBe("inside");
    await handle.close();
  });

  it("refuses a file that is too large", async () => {
    const artifact = await resolveArtifact(root, "reports/a.xml");
    await expect(openArtifact(root, artifact, 5)).rejects.toEqual(code("HP3004"));
  });

  it("refuses a file that became a link to the outside", async () => {
    const artifact = await resolveArtifact(root, "reports/a.xml");
    renameSync(join(root, "reports/a.xml"), join(root, "reports/b.xml"));
    symlinkSync(join(top, "secret"), join(root, "reports/a.xml"));
    await expect(openArtifact(root, artifact, 100)).rejects.toEqual(code("HP3001"));
  });

  it("refuses a file whose folder became a link to the outside", async () => {
    const artifact = await resolveArtifact(root, "reports/a.xml");
    mkdirSync(join(top, "elsewhere"));
    writeFileSync(join(top, "elsewhere/a.xml"), "outside");
    renameSync(join(root, "reports"), join(root, "old"));
    symlinkSync(join(top, "elsewhere"), join(root, "reports"));
    await expect(openArtifact(root, artifact, 100)).rejects.toEqual(code("HP3002"));
  });

  it("refuses a file that became a pipe, without waiting for a writer", async () => {
    const artifact = await resolveArtifact(root, "reports/a.xml");
    rmSync(join(root, "reports/a.xml"));
    makePipe(join(root, "reports/a.xml"));
    await expect(openArtifact(root, artifact, 100)).rejects.toEqual(code("HP3003"));
  });
});
