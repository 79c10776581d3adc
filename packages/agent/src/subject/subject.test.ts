import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { assert, configureGlobal, property, string, stringMatching } from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GLOB_TABLE } from "../../../../test/globs/glob-table.ts";
import { digestInputs } from "./digest-inputs.ts";
import { git as callGit, gitText } from "./git.ts";
import { globMatcher } from "./glob-matcher.ts";
import { subjectOf } from "./subject-of.ts";
import { FileDigests, walkFiles } from "./tree-digest.ts";

// The same cases in every run: a failure can be looked at, and a pass means the same everywhere.
configureGlobal({ seed: 1 });

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-subject-")));
  write("a.txt", "a\n");
  write("src/b.ts", "b\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function git(...args: string[]): string {
  const run = spawnSync("git", ["-c", "user.name=T", "-c", "user.email=t@localhost", ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.trim();
}

function repository(): void {
  write(".gitignore", "*.log\n");
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "first");
}

describe.each(["with git", "without git"])("the subject, %s", (kind) => {
  beforeEach(() => {
    if (kind === "with git") repository();
  });

  it.each([
    ["content", () => write("a.txt", "other\n")],
    ["content of the same length", () => write("a.txt", "b\n")],
    ["right to execute", () => chmodSync(join(folder, "a.txt"), 0o755)],
    ["new file", () => write("new.txt", "")],
    ["removed file", () => rmSync(join(folder, "a.txt"))],
    [
      "link in place of a file",
      () => {
        rmSync(join(folder, "a.txt"));
        symlinkSync("src/b.ts", join(folder, "a.txt"));
      },
    ],
  ])("has another tree after a change of: %s", async (_, change) => {
    const before = await subjectOf(folder);
    change();
    const after = await subjectOf(folder);
    expect(after.tree).not.toBe(before.tree);
    expect(after.commit).toBe(before.commit);
    expect(after.dirty).toBe(kind === "with git");
  });

  it("has the same tree again when a change is undone", async () => {
    const before = await subjectOf(folder);
    write("a.txt", "other\n");
    await subjectOf(folder);
    write("a.txt", "a\n");
    expect(await subjectOf(folder)).toEqual(before);
  });

  it("sees a change of the same length with the old time put back", async () => {
    const [before, digests] = [await subjectOf(folder), new FileDigests()];
    utimesSync(join(folder, "a.txt"), 1, 1);
    await subjectOf(folder, { digests });
    write("a.txt", "z\n");
    utimesSync(join(folder, "a.txt"), 1, 1);
    expect((await subjectOf(folder, { digests })).tree).not.toBe(before.tree);
  });

  it("does not hold .holdpoint or package folders", async () => {
    const before = await subjectOf(folder);
    write(".holdpoint/pg/x", "x");
    if (kind === "without git") write("src/node_modules/x.js", "x");
    expect(await subjectOf(folder)).toEqual(before);
  });

  it("leaves out the reports that checks write", async () => {
    const before = await subjectOf(folder);
    write("build/lcov.info", "report");
    write("report.xml", "report");
    expect((await subjectOf(folder, { leaveOut: ["build/**", "report.xml"] })).tree).toBe(before.tree);
  });

  it("is the same when read twice at once", async () => {
    const [one, two] = await Promise.all([subjectOf(folder), subjectOf(folder)]);
    expect(one).toEqual(two);
    expect(one.tree).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

describe("a link in the subject", () => {
  let outside: string;
  beforeEach(() => {
    outside = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-outside-")));
    mkdirSync(join(outside, "lib"));
    writeFileSync(join(outside, "lib", "x.ts"), "x");
  });
  afterEach(() => rmSync(outside, { recursive: true, force: true }));

  it.each(["lib", "lib/x.ts"])("counts with what it leads to outside: %s", async (target) => {
    repository();
    symlinkSync(join(outside, target), join(folder, "link"));
    const before = await subjectOf(folder);
    expect(await subjectOf(folder)).toEqual(before);
    writeFileSync(join(outside, "lib", "x.ts"), "y");
    expect((await subjectOf(folder)).tree).not.toBe(before.tree);
  });

  it("counts with the ignored file that it leads to", async () => {
    repository();
    write("made.log", "1");
    symlinkSync("made.log", join(folder, "link"));
    const before = await subjectOf(folder);
    write("made.log", "2");
    expect((await subjectOf(folder)).tree).not.toBe(before.tree);
  });

  it("to a report is its text alone", async () => {
    symlinkSync("report.xml", join(folder, "latest"));
    const before = await subjectOf(folder, { leaveOut: ["report.xml"] });
    write("report.xml", "new");
    expect((await subjectOf(folder, { leaveOut: ["report.xml"] })).tree).toBe(before.tree);
  });

  it("that leads nowhere, or to its own folder, is its text", async () => {
    symlinkSync("nowhere", join(folder, "dead"));
    symlinkSync(".", join(folder, "here"));
    expect((await subjectOf(folder)).tree).toBe((await subjectOf(folder)).tree);
  });

  it("to a folder of too many files is refused", async () => {
    await expect(walkFiles(outside, "", { left: 0 })).rejects.toMatchObject({ code: "HP7204" });
  });
});

describe("the subject in a repository", () => {
  it("names the commit, and leaves out what git ignores", async () => {
    repository();
    write("debug.log", "x");
    expect(await subjectOf(folder)).toMatchObject({ commit: git("rev-parse", "HEAD"), dirty: false });
  });

  it("has no commit before the first one", async () => {
    git("init", "-q");
    expect(await subjectOf(folder)).toMatchObject({ commit: null, dirty: true });
  });

  it("does not change when the same tree is committed", async () => {
    repository();
    write("a.txt", "other\n");
    const before = await subjectOf(folder);
    git("commit", "-qam", "second");
    expect(await subjectOf(folder)).toMatchObject({ tree: before.tree, dirty: false });
  });

  it("is that of the whole repository when the plan lies deeper in it", async () => {
    repository();
    const before = await subjectOf(join(folder, "src"));
    expect(before).toEqual(await subjectOf(folder));
    write("a.txt", "other\n");
    expect(await subjectOf(join(folder, "src"))).not.toEqual(before);
  });

  it("leaves out reports by their path from the plan's folder, and every .holdpoint", async () => {
    repository();
    const options = { leaveOut: ["out/*.xml"] };
    const before = await subjectOf(join(folder, "src"), options);
    write("src/out/report.xml", "report");
    write(".holdpoint/x", "x");
    write("src/.holdpoint/x", "x");
    expect((await subjectOf(join(folder, "src"), options)).tree).toBe(before.tree);
    write("out/report.xml", "not the plan's");
    expect((await subjectOf(join(folder, "src"), options)).tree).not.toBe(before.tree);
  });

  it("does not touch the index", async () => {
    repository();
    write("a.txt", "other\n");
    const before = readFileSync(join(folder, ".git", "index"));
    await subjectOf(folder);
    expect(readFileSync(join(folder, ".git", "index")).equals(before)).toBe(true);
  });

  it("sees changes inside a repository in the repository", async () => {
    repository();
    write("nested/x.txt", "x\n");
    spawnSync("git", ["init", "-q"], { cwd: join(folder, "nested") });
    const before = await subjectOf(folder);
    write("nested/x.txt", "y\n");
    expect((await subjectOf(folder)).tree).not.toBe(before.tree);
  });

  it("runs nothing that the repository's settings name", async () => {
    repository();
    git("config", "core.fsmonitor", "touch pwned; false");
    for (const name of ["x", "a=b.c"]) {
      git("config", `filter.${name}.clean`, `touch ${folder}/.git/pwned; cat`);
      git("config", `filter.${name}.process`, `touch ${folder}/.git/pwned`);
      git("config", `filter.${name}.required`, "true");
    }
    write(".git/info/attributes", "a.txt filter=x\nsrc/* filter=a=b.c\n");
    write("a.txt", "b\n");
    write(".git/hooks/post-index-change", "#!/bin/sh\ntouch pwned\n");
    chmodSync(join(folder, ".git/hooks/post-index-change"), 0o755);
    const before = await subjectOf(folder);
    expect(await subjectOf(folder)).toEqual(before);
    expect(before.dirty).toBe(true);
    expect(existsSync(join(folder, ".git", "pwned"))).toBe(false);
  });

  it("is not turned elsewhere by variables of the environment", async () => {
    repository();
    process.env["GIT_DIR"] = "/nowhere";
    try {
      expect((await subjectOf(folder)).commit).toBe(git("--git-dir=.git", "rev-parse", "HEAD"));
    } finally {
      delete process.env["GIT_DIR"];
    }
  });

  it("of a broken repository is an error and not a guess", async () => {
    write(".git/HEAD", "nonsense");
    await expect(subjectOf(folder)).rejects.toMatchObject({ code: "HP7201" });
  });
});

describe("git", () => {
  it("that cannot be started says so", async () => {
    await expect(callGit("/nonexistent", ["status"])).rejects.toMatchObject({
      code: "HP7201",
      definition: { exit: 69 },
    });
  });

  it("that fails gives its own words", async () => {
    await expect(gitText(folder, ["no-such-command"])).rejects.toMatchObject({
      message: expect.stringContaining("not a git command"),
    });
  });
});

describe("inputs", () => {
  it("change their digest only when a file that matches changes", async () => {
    const before = await digestInputs(folder, ["src/**"]);
    expect(before.files).toBe(1);
    write("a.txt", "other");
    expect(await digestInputs(folder, ["src/**"])).toEqual(before);
    write("src/c.ts", "c");
    expect((await digestInputs(folder, ["src/**"])).digest).not.toBe(before.digest);
  });

  it("that match nothing say so", async () => {
    const globs = ["src/**", "lib/**", "../**", "/etc/*", "!src/x"];
    expect(await digestInputs(folder, globs)).toMatchObject({ files: 1, unmatched: ["lib/**", "../**", "/etc/*"] });
  });

  it("cannot be digested in a folder that cannot be read", async () => {
    await expect(digestInputs(join(folder, "missing"), ["**"])).rejects.toMatchObject({ code: "HP7204" });
  });
});

describe("a glob", () => {
  it.each(GLOB_TABLE)("%s over %s gives %s, as for the report files of a check", (glob, path, expected) => {
    expect(globMatcher([glob])(path)).toBe(expected);
  });

  it.each([
    ["src/", "src/a/b"],
    ["./src/", "src/a"],
  ])("that ends with a slash means all below: %s", (glob, path) => {
    expect(globMatcher([glob])(path)).toBe(true);
  });

  it.each(["../x", "/x", "a/../x"])("that leads elsewhere matches nothing: %s", (glob) => {
    expect(globMatcher([glob])("x")).toBe(false);
  });

  it("made to be slow is not", () => {
    expect(globMatcher([`${"*a".repeat(60)}b`])("a".repeat(250))).toBe(false);
  });

  it("after ! takes matches away", () => {
    const matches = globMatcher(["src/**", "!src/gen/**"]);
    expect([matches("src/a"), matches("src/gen/a")]).toEqual([true, false]);
  });

  it("never throws, and a plain name matches itself", () => {
    const law = property(string(), stringMatching(/^[a-z]+$/), (glob, name) => {
      globMatcher([glob])(name);
      return globMatcher([name])(name);
    });
    expect(() => assert(law)).not.toThrow();
  });
});
