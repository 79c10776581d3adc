import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { ownMark, startOf } from "../processes/process-mark.ts";
import { type FileLock, takeLock } from "./file-lock.ts";

describe("a lock", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "holdpoint-lock-"));
    file = join(folder, "lock");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const gone = (): string => JSON.stringify({ ...ownMark(), pid: 4194399 });
  const other = (): string =>
    JSON.stringify({ ...ownMark(), pid: process.ppid, started: startOf(process.ppid) ?? "", nonce: "n" });

  function taken(): FileLock {
    const lock = takeLock(file);
    if ("holder" in lock) throw new Error(`${lock.holder.pid} has it`);
    return lock;
  }

  it("is of one who asks, until it is let go of", () => {
    const lock = taken();
    expect(takeLock(file)).toEqual({ holder: ownMark() });
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
    taken();
  });

  /** What the lock says after one that says this was asked for, and which files there are. */
  function after(text: string): readonly [unknown, readonly string[]] {
    writeFileSync(file, text);
    taken();
    return [JSON.parse(readFileSync(file, "utf8")), readdirSync(folder)];
  }

  it.each([
    ["by a process that is gone", gone()],
    ["by nobody", ""],
    ["by an earlier version, which wrote a number alone", String(process.pid)],
  ])("is taken over when it was left behind %s", (_by, text) => {
    expect(after(text)).toEqual([expect.objectContaining(ownMark()), ["lock"]]);
  });

  it.runIf(process.platform === "linux").each([
    ["by one with the same number, as in a container", { started: "1" }],
    ["before the machine was started anew", { boot: "another" }],
  ])("is taken over when it was left behind %s", (_by, more) => {
    expect(after(JSON.stringify({ ...ownMark(), ...more }))).toEqual([expect.objectContaining(ownMark()), ["lock"]]);
  });

  it("stays with one on another host, though the number there be that of this process", () => {
    const holder = { ...ownMark(), host: "elsewhere.invalid" };
    writeFileSync(file, JSON.stringify(holder));
    expect(takeLock(file)).toEqual({ holder });
  });

  it("is not taken over while another does that, and is when that one is gone too", () => {
    writeFileSync(file, gone());
    writeFileSync(`${file}.next`, other());
    expect(takeLock(file)).toMatchObject({ holder: { pid: process.ppid } });
    expect([readFileSync(file, "utf8"), readFileSync(`${file}.next`, "utf8")]).toEqual([gone(), other()]);
    writeFileSync(`${file}.next`, gone());
    taken();
    expect(readdirSync(folder)).toEqual(["lock"]);
  });

  it("stays when one lets go of it that has it no more", () => {
    const lock = taken();
    writeFileSync(file, other());
    lock.release();
    expect(readFileSync(file, "utf8")).toBe(other());
  });

  it("is refused with a reason where it can neither be taken nor read", () => {
    symlinkSync(join(folder, "nowhere"), file);
    expect(() => takeLock(file)).toThrow("can neither be taken nor read");
  });

  it("has one holder each time that several ask at once for one left behind", async () => {
    const claimers = await Promise.all([claimer(file), claimer(file), claimer(file)]);
    for (let round = 0; round < 50; round += 1) {
      writeFileSync(file, gone());
      const answers = await Promise.all(claimers.map((claim) => claim.ask("take")));
      expect(answers.filter((answer) => answer === "taken")).toHaveLength(1);
      await Promise.all(claimers.map((claim) => claim.ask("release")));
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});

/** Another process that takes the lock and lets go of it when it is told to. */
async function claimer(file: string): Promise<{ readonly ask: (what: "take" | "release") => Promise<string> }> {
  const module = JSON.stringify(new URL("file-lock.ts", import.meta.url).href);
  const script = `import { createInterface } from "node:readline";
    import { takeLock } from ${module};
    let lock = {};
    console.log("ready");
    for await (const line of createInterface({ input: process.stdin })) {
      if (line === "take") lock = takeLock(${JSON.stringify(file)});
      else lock.release?.();
      console.log("holder" in lock ? "refused" : "taken");
    }`;
  const args = ["--import", "tsx", "--input-type=module", "-e", script];
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error("the claimer has no streams");
  const lines = createInterface({ input: stdout });
  await once(lines, "line");
  return {
    ask: async (what) => {
      const answer = once(lines, "line");
      stdin.write(`${what}\n`);
      return String((await answer)[0]);
    },
  };
}
