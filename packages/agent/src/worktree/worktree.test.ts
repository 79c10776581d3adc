import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cleanIgnored } from "./clean-ignored.ts";
import { createWorktree, openWorktree, pruneWorktrees, removeWorktree, type Worktree } from "./create-worktree.ts";
import { mergeWorktree } from "./merge-worktree.ts";
import { workspacesFolder } from "./workspace-folder.ts";

let base: string;
let repo: string;
let stateFolder: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-worktree-")));
  repo = join(base, "repo");
  stateFolder = join(base, "state");
  mkdirSync(repo);
  git("init", "-q", "-b", "main");
  git("config", "user.name", "Tester");
  git("config", "user.email", "tester@localhost");
  write("a.txt", "one\ntwo\nthree\nfour\nfive\nsix\nseven\n");
  write("dir/b.txt", "b\n");
  write(".gitignore", "node_modules/\n*.log\n");
  git("add", "-A");
  git("commit", "-q", "-m", "first");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function git(...args: string[]): string {
  const run = spawnSync("git", args, { cwd: repo, encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}

function write(path: string, text: string, top = repo): void {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), text);
}

function read(path: string, top = repo): string {
  return readFileSync(join(top, path), "utf8");
}

async function worktree(attempt = "task-1.1", link: string[] = []): Promise<Worktree> {
  const made = await createWorktree({ planDir: repo, attempt, stateFolder, link });
  if (made === null) throw new Error("no repository");
  return made;
}

/** All that is the user's in the repository: index, HEAD, refs, stash, objects. */
function state(): unknown {
  const files = readdirSync(join(repo, ".git"), { recursive: true, encoding: "utf8" }).sort();
  return files.map((file) => {
    const path = join(repo, ".git", file);
    return statSync(path).isDirectory() ? file : [file, readFileSync(path, "latin1")];
  });
}

describe("a change that git can only tell by its content", () => {
  /** What is written in the second in which git saw the file last, and is as long, looks unchanged. */
  const SECOND = new Date("2026-01-01T00:00:00Z");

  it("of the user is in the attempt's tree", async () => {
    git("config", "core.trustctime", "false");
    write("same.txt", "old\n");
    utimesSync(join(repo, "same.txt"), SECOND, SECOND);
    git("add", "-A");
    git("commit", "-q", "-m", "second");
    utimesSync(join(repo, ".git/index"), SECOND, SECOND);
    write("same.txt", "new\n");
    utimesSync(join(repo, "same.txt"), SECOND, SECOND);
    expect(read("same.txt", (await worktree()).top)).toBe("new\n");
  });

  it("of the attempt is merged", async () => {
    git("config", "core.trustctime", "false");
    const attempt = await worktree();
    const file = join(attempt.top, "dir/b.txt");
    const { mtime } = statSync(file);
    writeFileSync(file, "c\n");
    utimesSync(file, mtime, mtime);
    // As much later as an attempt takes.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await mergeWorktree(attempt, {})).toMatchObject({ outcome: "merged" });
    expect(read("dir/b.txt")).toBe("c\n");
  });
});

describe("a worktree", () => {
  it("holds the working tree as it is, committed or not, without what git ignores", async () => {
    write("a.txt", "changed\n");
    write("staged.txt", "staged\n");
    git("add", "staged.txt");
    write("staged.txt", "staged and changed\n");
    write("new file.txt", "new\n");
    write("run.sh", "#!/bin/sh\n");
    chmodSync(join(repo, "run.sh"), 0o755);
    symlinkSync("a.txt", join(repo, "link"));
    write("debug.log", "ignored\n");
    write(".holdpoint/x", "state\n");
    unlinkSync(join(repo, "dir/b.txt"));
    const { top } = await worktree();
    expect(read("a.txt", top)).toBe("changed\n");
    expect(read("staged.txt", top)).toBe("staged and changed\n");
    expect(read("new file.txt", top)).toBe("new\n");
    expect(statSync(join(top, "run.sh")).mode & 0o111).not.toBe(0);
    expect(readlinkSync(join(top, "link"))).toBe("a.txt");
    for (const path of ["debug.log", ".holdpoint", "dir/b.txt"]) expect(existsSync(join(top, path))).toBe(false);
  });

  it("leaves index, HEAD, branches, stash and objects of the repository as they are", async () => {
    write("a.txt", "stashed\n");
    git("stash");
    write("a.txt", "changed\n");
    const before = state();
    const made = await worktree();
    write("a.txt", "by the agent\n", made.top);
    spawnSync("git", ["commit", "-qam", "work"], { cwd: made.top });
    spawnSync("git", ["branch", "mine"], { cwd: made.top });
    write("a.txt", "changed\n");
    await mergeWorktree(made);
    await removeWorktree(made);
    expect(state()).toEqual(before);
    expect(existsSync(made.folder)).toBe(false);
  });

  it("is a repository with the history, clean, and the author of the user", async () => {
    write("new.txt", "new\n");
    const { top } = await worktree();
    const run = (...args: string[]): string => spawnSync("git", args, { cwd: top, encoding: "utf8" }).stdout.trim();
    expect(run("status", "--porcelain")).toBe("");
    expect(run("log", "--format=%s")).toBe("Working tree as it was\nfirst");
    expect(run("config", "user.name")).toBe("Tester");
    expect(run("rev-parse", "main")).toBe(git("rev-parse", "main").trim());
  });

  it("works before the first commit", async () => {
    rmSync(join(repo, ".git"), { recursive: true });
    git("init", "-q");
    const { top } = await worktree();
    expect(read("dir/b.txt", top)).toBe("b\n");
  });

  it("works during a merge with conflicts, with the files as they stand", async () => {
    git("checkout", "-qb", "other");
    write("a.txt", "other\n");
    git("commit", "-qam", "other");
    git("checkout", "-q", "main");
    write("a.txt", "main\n");
    git("commit", "-qam", "main");
    spawnSync("git", ["merge", "other"], { cwd: repo });
    const { top } = await worktree();
    expect(read("a.txt", top)).toBe(read("a.txt"));
    expect(read("a.txt", top)).toContain("<<<<<<<");
  });

  it("keeps the bytes of files that git would convert", async () => {
    write(".gitattributes", "*.txt text eol=crlf\n");
    write("a.txt", "mixed\r\nends\n");
    write("crlf.txt", "crlf\r\n");
    git("add", "-A");
    git("commit", "-qm", "converted");
    write("a.txt", "mixed\r\nends\n");
    const made = await worktree();
    expect(read("a.txt", made.top)).toBe("mixed\r\nends\n");
    expect(read("crlf.txt", made.top)).toBe("crlf\r\n");
    write("crlf.txt", "crlf\r\nmore\n", made.top);
    expect(await mergeWorktree(made)).toMatchObject({ outcome: "merged", files: ["crlf.txt"] });
    expect(read("crlf.txt")).toBe("crlf\r\nmore\n");
  });

  it("takes along names with spaces, line breaks and other letters", async () => {
    const names = ["with space", "line\nbreak", "größe", '"quoted"', "-dash"];
    for (const name of names) write(name, name);
    const { top } = await worktree();
    for (const name of names) expect(read(name, top)).toBe(name);
  });

  it("reaches ignored dependency folders by a link, which is no change", async () => {
    write("node_modules/dep/index.js", "dep\n");
    const made = await worktree("t.1", ["node_modules", "missing", "../x"]);
    expect(lstatSync(join(made.top, "node_modules")).isSymbolicLink()).toBe(true);
    expect(read("node_modules/dep/index.js", made.top)).toBe("dep\n");
    expect(made.linked).toEqual(["node_modules"]);
    expect(await mergeWorktree(made)).toMatchObject({ outcome: "merged", files: [] });
  });

  it("of a plan deeper in the repository names the plan's folder in it", async () => {
    const made = await createWorktree({ planDir: join(repo, "dir"), attempt: "t.1", stateFolder });
    expect(made?.planDir).toBe(join(made?.top ?? "", "dir"));
  });

  it("says which submodules and nested repositories it could not take along", async () => {
    mkdirSync(join(repo, "nested"));
    spawnSync("git", ["init", "-q"], { cwd: join(repo, "nested") });
    expect((await worktree()).unsupported).toEqual(["nested/"]);
  });

  it("is not made without git", async () => {
    const folder = join(base, "plain");
    mkdirSync(folder);
    expect(await createWorktree({ planDir: folder, attempt: "t.1", stateFolder })).toBe(null);
  });

  it.each(["../x", "a/b", "", ".hidden", "x".repeat(200)])("is not made under the name %j", async (attempt) => {
    await expect(createWorktree({ planDir: repo, attempt, stateFolder })).rejects.toMatchObject({ code: "HP7203" });
  });

  it("is not made twice under one name", async () => {
    await worktree();
    await expect(worktree()).rejects.toMatchObject({ code: "HP7202" });
  });

  it("that cannot be made leaves nothing behind", async () => {
    writeFileSync(join(repo, ".git", "HEAD"), "nonsense");
    await expect(worktree()).rejects.toMatchObject({ code: "HP7201" });
    expect(existsSync(join(workspacesFolder(repo, stateFolder), "task-1.1"))).toBe(false);
  });
});

describe("merging a worktree", () => {
  it("brings changed, new and removed files, and the right to execute", async () => {
    const made = await worktree();
    write("a.txt", "one\n", made.top);
    write("deep/er/new.txt", "new\n", made.top);
    rmSync(join(made.top, "dir"), { recursive: true });
    write("tool", "#!/bin/sh\n", made.top);
    chmodSync(join(made.top, "tool"), 0o755);
    symlinkSync("a.txt", join(made.top, "link"));
    expect(await mergeWorktree(made)).toEqual({
      outcome: "merged",
      files: ["a.txt", "deep/er/new.txt", "dir/b.txt", "link", "tool"],
      leftOut: [],
    });
    expect(read("a.txt")).toBe("one\n");
    expect(read("deep/er/new.txt")).toBe("new\n");
    expect(existsSync(join(repo, "dir"))).toBe(false);
    expect(statSync(join(repo, "tool")).mode & 0o111).not.toBe(0);
    expect(readlinkSync(join(repo, "link"))).toBe("a.txt");
  });

  it("brings what the agent committed as well as what it did not", async () => {
    const made = await worktree();
    write("committed.txt", "c\n", made.top);
    spawnSync("git", ["add", "-A"], { cwd: made.top });
    spawnSync("git", ["commit", "-qm", "work"], { cwd: made.top });
    write("loose.txt", "l\n", made.top);
    expect(await mergeWorktree(made)).toMatchObject({ files: ["committed.txt", "loose.txt"] });
  });

  it("joins changes to different lines of one file", async () => {
    const made = await worktree();
    write("a.txt", read("a.txt").replace("one", "ONE"), made.top);
    write("a.txt", read("a.txt").replace("seven", "SEVEN"));
    expect(await mergeWorktree(made)).toMatchObject({ outcome: "merged" });
    expect(read("a.txt")).toBe("ONE\ntwo\nthree\nfour\nfive\nsix\nSEVEN\n");
  });

  it("changes nothing when one file does not fit, and names it", async () => {
    const made = await worktree();
    write("a.txt", read("a.txt").replace("one", "ours"), made.top);
    write("fine.txt", "fine\n", made.top);
    write("a.txt", read("a.txt").replace("one", "theirs"));
    expect(await mergeWorktree(made)).toEqual({ outcome: "conflict", files: ["a.txt"] });
    expect(read("a.txt")).toContain("theirs");
    expect(existsSync(join(repo, "fine.txt"))).toBe(false);
  });

  it.each([
    ["a file that both made differently", "new.txt", () => write("new.txt", "mine\n")],
    ["a file that was removed here", "a.txt", () => unlinkSync(join(repo, "a.txt"))],
    ["a folder where the attempt has a file", "new.txt", () => write("new.txt/x", "x\n")],
    ["a file where the attempt has a folder", "folder/new.txt", () => write("folder", "x\n")],
  ])("does not fit with %s", async (_, path, change) => {
    const made = await worktree();
    write(path, "by the agent\n", made.top);
    change();
    expect(await mergeWorktree(made)).toEqual({ outcome: "conflict", files: [path] });
  });

  it("does not write through a link in the user's folder", async () => {
    mkdirSync(join(base, "outside"));
    const made = await worktree();
    write("way/x.txt", "x\n", made.top);
    symlinkSync(join(base, "outside"), join(repo, "way"));
    expect(await mergeWorktree(made)).toEqual({ outcome: "conflict", files: ["way/x.txt"] });
    expect(readdirSync(join(base, "outside"))).toEqual([]);
  });

  it("does not merge two binary files by lines", async () => {
    write("bin", "\0\0one");
    git("add", "-A");
    const made = await worktree();
    write("bin", "\0\0two", made.top);
    write("bin", "\0\0three");
    expect(await mergeWorktree(made)).toEqual({ outcome: "conflict", files: ["bin"] });
  });

  it("takes the same change on both sides for done", async () => {
    const made = await worktree();
    write("a.txt", "same\n", made.top);
    write("a.txt", "same\n");
    expect(await mergeWorktree(made)).toMatchObject({ outcome: "merged" });
  });

  it.each(["PLAN.holdpoint.yaml"])("refuses a change to %s", async (path) => {
    const made = await worktree();
    write(path, "checks: []\n", made.top);
    expect(await mergeWorktree(made, { protect: [path] })).toEqual({ outcome: "refused", files: [path] });
    expect(existsSync(join(repo, path))).toBe(false);
  });

  it.each([
    ["agents/**", "agents/x.yaml"],
    ["agents/**", "Agents/x.yaml"],
    ["agents/**", "agents"],
    ["agents/", "agents/deep/x.yaml"],
    ["dir", "dir/b.txt"],
    ["*.holdpoint.yaml", "docs/Other.holdpoint.yaml"],
    ["docs/*.md", "docs/PLAN.md"],
  ])("protects by %s the path %s", async (entry, path) => {
    const made = await worktree();
    write(path, "changed\n", made.top);
    expect(await mergeWorktree(made, { protect: [entry] })).toEqual({ outcome: "refused", files: [path] });
  });

  it("protects nothing else by a glob", async () => {
    const made = await worktree();
    write("other/agents.txt", "fine\n", made.top);
    const protect = ["agents/**", "*.holdpoint.yaml"];
    expect(await mergeWorktree(made, { protect })).toMatchObject({ outcome: "merged" });
  });

  it.each(["/etc/passwd", "../../x", ".holdpoint/pg", "dir/../../y"])("refuses a link to %s", async (target) => {
    const made = await worktree();
    symlinkSync(target, join(made.top, "link"));
    expect(await mergeWorktree(made)).toEqual({ outcome: "refused", files: ["link"] });
  });

  it("leaves out .holdpoint, in any spelling, and repositories made in it", async () => {
    const made = await worktree();
    write(".holdpoint/pg/x", "x", made.top);
    write("dir/.Holdpoint/x", "x", made.top);
    mkdirSync(join(made.top, "sub"));
    spawnSync("git", ["init", "-q"], { cwd: join(made.top, "sub") });
    expect(await mergeWorktree(made)).toEqual({ outcome: "merged", files: [], leftOut: ["sub/"] });
    expect(existsSync(join(repo, ".holdpoint"))).toBe(false);
  });

  it("takes no notice of what the agent did to the attempt's own repository", async () => {
    const made = await worktree();
    write("a.txt", "real change\n", made.top);
    rmSync(join(made.top, ".git"), { recursive: true });
    write(".git/config", "[core]\n\tfsmonitor = touch pwned\n", made.top);
    expect(await mergeWorktree(made)).toMatchObject({ outcome: "merged", files: ["a.txt"] });
    expect(existsSync(join(made.top, "pwned"))).toBe(false);
  });
});

describe("what git ignores in an attempt's working tree", () => {
  it("is removed before checks run, and linked folders stay", async () => {
    write("node_modules/x/index.js", "original\n");
    const made = await worktree("clean", ["node_modules"]);
    write("build/debug.log", "planted\n", made.top);
    write("new.txt", "kept\n", made.top);
    write("hidden.ts", "by its own settings\n", made.top);
    writeFileSync(join(made.top, ".git", "info", "exclude"), "hidden.ts\n");
    write("a.txt", "changed\n", made.top);
    expect(await cleanIgnored(made)).toEqual(["build/debug.log", "hidden.ts"]);
    expect(readlinkSync(join(made.top, "node_modules"))).toBe(join(repo, "node_modules"));
    expect(read("node_modules/x/index.js")).toBe("original\n");
    expect([read("new.txt", made.top), read("a.txt", made.top)]).toEqual(["kept\n", "changed\n"]);
  });

  it("is removed too when it stands in the place of a link", async () => {
    write("node_modules/x/index.js", "original\n");
    const made = await worktree("clean", ["node_modules"]);
    unlinkSync(join(made.top, "node_modules"));
    write("node_modules/.bin/tool", "planted\n", made.top);
    await cleanIgnored(made);
    expect(readlinkSync(join(made.top, "node_modules"))).toBe(join(repo, "node_modules"));
  });
});

describe("what a killed run leaves", () => {
  it("is found and removed, also when it was made read-only, and what is in use stays", async () => {
    const used = await worktree("used");
    const left = await worktree("left");
    writeFileSync(join(left.folder, "owner.json"), JSON.stringify({ pid: 2 ** 22, started: "1", host: hostname() }));
    const odd = join(workspacesFolder(repo, stateFolder), "odd");
    mkdirSync(join(odd, "inner"), { recursive: true });
    writeFileSync(join(odd, "owner.json"), "not json");
    chmodSync(join(odd, "inner"), 0o500);
    expect(await pruneWorktrees(repo, { stateFolder })).toEqual(["left", "odd"]);
    expect(existsSync(used.folder)).toBe(true);
    expect(await pruneWorktrees(repo, { stateFolder })).toEqual([]);
  });

  it("stays while it is still to be settled", async () => {
    const left = await worktree("left");
    rmSync(join(left.folder, "owner.json"));
    expect(await pruneWorktrees(repo, { stateFolder, keep: new Set(["left"]) })).toEqual([]);
  });

  it("can be opened again by another process", async () => {
    const made = await worktree("left", ["node_modules"]);
    expect(await openWorktree({ planDir: repo, attempt: "left", stateFolder })).toEqual(made);
  });

  it("is not opened when it was never finished, or is gone", async () => {
    const made = await worktree("left");
    for (const text of ["{", "null", '{"base":1}']) {
      writeFileSync(join(made.folder, "worktree.json"), text);
      expect(await openWorktree({ planDir: repo, attempt: "left", stateFolder })).toBe(null);
    }
    rmSync(join(made.folder, "worktree.json"));
    expect(await openWorktree({ planDir: repo, attempt: "left", stateFolder })).toBe(null);
    expect(await openWorktree({ planDir: repo, attempt: "never", stateFolder })).toBe(null);
    expect(await openWorktree({ planDir: base, attempt: "never", stateFolder })).toBe(null);
    await expect(openWorktree({ planDir: repo, attempt: "../x", stateFolder })).rejects.toMatchObject({
      code: "HP7203",
    });
  });

  it("of another host is not touched", async () => {
    const made = await worktree();
    writeFileSync(join(made.folder, "owner.json"), JSON.stringify({ pid: 1, started: "1", host: "elsewhere.invalid" }));
    expect(await pruneWorktrees(repo, { stateFolder })).toEqual([]);
  });

  it("is nothing without git", async () => {
    expect(await pruneWorktrees(base, { stateFolder })).toEqual([]);
  });
});
