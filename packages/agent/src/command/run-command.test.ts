import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { realGroups, removeRealGroups } from "../quota/groups.testing.ts";
import type { CommandResult, CommandSpec } from "./command.types.ts";
import { runCommand } from "./run-command.ts";

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-run-")));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function run(spec: Partial<CommandSpec> & Pick<CommandSpec, "command">): Promise<CommandResult> {
  return runCommand({ root, isolation: "off", ...spec }, { runtime: { now: () => Date.now() } });
}

/** How many processes have this text in their command line, on the whole machine. */
function processesWith(text: string): number {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "latin1").split("\0").includes(text);
    } catch {
      return false;
    }
  }).length;
}

/** A length of sleep that no other test has, by which its process is found. */
let sleeps = 0;
function ownSleep(): string {
  sleeps += 1;
  return `${60 + sleeps}.${process.pid}`;
}

describe.each(["off", "auto"] as const)("a command (isolation %s)", (isolation) => {
  it("gives its exit status, its output and the digest of it", async () => {
    const result = await run({ isolation, command: "echo out; echo err >&2; exit 3" });
    expect(result).toMatchObject({ started: true, exitCode: 3, signal: null, endedFor: null, timedOut: false });
    expect(result.stdout).toEqual({
      text: "out\n",
      bytes: 4,
      digest: `sha256:${createHash("sha256").update("out\n").digest("hex")}`,
      truncated: false,
      complete: true,
    });
    expect(result.stderr.text).toBe("err\n");
    expect(result.argv).toEqual(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"]);
    expect(result.cwd).toBe(root);
  });

  it("reads the text given to its standard input", async () => {
    expect((await run({ isolation, command: ["cat"], stdin: "a\nb" })).stdout.text).toBe("a\nb");
  });

  it("that does not read its input is not held up by it", async () => {
    const result = await run({ isolation, command: "exec 0<&-; exit 0", stdin: "x".repeat(1_000_000) });
    expect(result.exitCode).toBe(0);
  });

  it("may open its standard streams by name", async () => {
    const script = "cat /dev/stdin | tee /dev/stderr > /dev/stdout";
    const result = await run({ isolation, command: script, stdin: "text" });
    expect([result.stdout.text, result.stderr.text]).toEqual(["text", "text"]);
  });

  it("passes arguments on as they are", async () => {
    const result = await run({ isolation, command: ["printf", "%s|", "a b", "$HOME", "'", "-n", ""] });
    expect(result.stdout.text).toBe("a b|$HOME|'|-n||");
  });

  it("that takes too long is ended after SIGTERM, with all it started", async () => {
    const result = await run({
      isolation,
      command: "sleep 60 & echo $!; trap 'echo bye; exit 7' TERM; sleep 60 & wait",
      limits: { wallMs: 1_500 },
      killGraceMs: 10_000,
    });
    expect(result).toMatchObject({ timedOut: true, endedFor: "timeout", exitCode: 7 });
    expect(result.stdout.text).toContain("bye");
  });

  it("that ignores SIGTERM is ended by SIGKILL", async () => {
    const result = await run({
      isolation,
      command: "trap '' TERM; while :; do sleep 1; done",
      limits: { wallMs: 300 },
      killGraceMs: 100,
    });
    expect(result).toMatchObject({ endedFor: "timeout", exitCode: null, signal: "SIGKILL" });
  });

  it("is ended when it is cancelled", async () => {
    const controller = new AbortController();
    const result = await run({
      isolation,
      command: "echo ready; exec sleep 60",
      signal: controller.signal,
      onLine: () => controller.abort(),
    });
    expect(result.endedFor).toBe("cancelled");
    expect(result.timedOut).toBe(false);
  });

  it("that forks and exits leaves nothing behind", async () => {
    const sleep = ownSleep();
    const result = await run({ isolation, command: `(setsid sleep ${sleep} >/dev/null 2>&1 &) ; exit 0` });
    expect(result.exitCode).toBe(0);
    expect(processesWith(sleep)).toBe(0);
  });

  it("that keeps its output open in a daemon does not hold the runner up", async () => {
    const result = await run({ isolation, command: "(setsid sleep 62 &) ; echo done" });
    expect(result.stdout.text).toBe("done\n");
    expect(result.exitCode).toBe(0);
  });

  it("that floods its output is ended, and only the bound is kept in memory", async () => {
    const result = await run({ isolation, command: "exec yes", limits: { outputBytes: 5_000_000 }, keepBytes: 1000 });
    expect(result.endedFor).toBe("output");
    expect(result.stdout.truncated).toBe(true);
    expect(result.stdout.bytes).toBeGreaterThan(5_000_000);
    expect(result.stdout.text.length).toBeLessThan(1100);
  });

  it("that takes more memory than allowed is ended", async () => {
    const grow = "const a=[];setInterval(()=>a.push(Buffer.alloc(20e6,1)),5)";
    const result = await run({
      isolation,
      command: [process.execPath, "-e", grow],
      limits: { memoryBytes: 250e6, wallMs: 20_000 },
      pollIntervalMs: 10,
    });
    expect(result.endedFor).toBe("memory");
    expect(result.peakMemoryBytes).toBeGreaterThan(250e6);
  });

  it("that takes more processor time than allowed is ended", async () => {
    const result = await run({
      isolation,
      command: "while :; do :; done",
      limits: { cpuMs: 200, wallMs: 20_000 },
      pollIntervalMs: 10,
    });
    expect(result.endedFor).toBe("cpu");
    expect(result.cpuMs).toBeGreaterThan(200);
  });

  it("that starts more processes than allowed is ended", async () => {
    const result = await run({
      isolation,
      command: "for i in 1 2 3 4 5 6 7 8; do sleep 63 & done; wait",
      limits: { processes: 5, wallMs: 20_000 },
      pollIntervalMs: 10,
    });
    expect(result.endedFor).toBe("processes");
    expect(result.peakProcesses).toBeGreaterThan(5);
  });
});

describe("a command", () => {
  it("that was not found is a result and not an exception", async () => {
    const result = await run({ command: ["holdpoint-no-such-program"] });
    expect(result).toMatchObject({
      started: false,
      exitCode: null,
      startError: "holdpoint-no-such-program was not found",
    });
  });

  it("that is not executable says so", async () => {
    writeFileSync(join(root, "plain.txt"), "x");
    const result = await run({ command: ["./plain.txt"] });
    expect(result).toMatchObject({ started: false, startError: "./plain.txt is not an executable file" });
  });

  it("longer than the system takes is a result and not an exception", async () => {
    const result = await run({ command: `: ${"x".repeat(4_000_000)}` });
    expect(result.started).toBe(false);
    expect(result.startError).toContain("E2BIG");
  });

  it("cancelled beforehand never starts", async () => {
    const result = await run({ command: "echo hi", signal: AbortSignal.abort() });
    expect(result).toMatchObject({ started: false, endedFor: "cancelled", stdout: { bytes: 0 } });
  });

  it("that dies of a signal tells which", async () => {
    expect(await run({ command: "kill -SEGV $$" })).toMatchObject({ exitCode: null, signal: "SIGSEGV" });
  });

  it("whose output someone out of reach keeps open does not count as whole", async () => {
    // Without a namespace, what forks twice, leaves the session and clears its environment cannot be found.
    const daemon = "exec env -i setsid /bin/sh -c 'echo >away; exec /bin/sleep 1.5'";
    const command = `mkfifo away; (${daemon} &) ; cat away; echo done`;
    const result = await run({ command, pollIntervalMs: 60_000 });
    expect(result.stdout).toMatchObject({ text: "\ndone\n", complete: false });
  });

  it("counts the daemons that it left behind", async () => {
    expect((await run({ command: "(setsid sleep 64 >/dev/null 2>&1 &); true" })).leftBehind).toBeGreaterThan(0);
  });

  it("keeps the beginning and the end of long output", async () => {
    const result = await run({ command: "seq 1 100000", keepBytes: 100 });
    expect(result.stdout.text).toMatch(/^1\n2\n/);
    expect(result.stdout.text).toMatch(/\n100000\n$/);
    expect(result.stdout.text).toContain("bytes not kept");
  });

  it("hands on whole lines, in order, also when the listener is slow", async () => {
    const lines: string[] = [];
    await run({
      command: "printf 'a\\r\\nb\\nänd'",
      onLine: async (line, stream) => {
        await new Promise((resolve) => setImmediate(resolve));
        lines.push(`${stream} ${line}`);
      },
    });
    expect(lines).toEqual(["stdout a", "stdout b", "stdout änd"]);
  });

  it("copies the whole stream byte for byte, at the pace of the copy", async () => {
    const target = new PassThrough({ highWaterMark: 1024 });
    const hash = createHash("sha256");
    const reading = (async () => {
      for await (const chunk of target) hash.update(chunk as Buffer);
    })();
    const result = await run({ command: "seq 1 200000", copyTo: { stdout: target }, keepBytes: 10 });
    target.end();
    await reading;
    expect(result.stdout.digest).toBe(`sha256:${hash.digest("hex")}`);
  });

  it("that floods is copied as far as its digest goes", async () => {
    const target = new PassThrough();
    const hash = createHash("sha256");
    target.on("data", (chunk: Buffer) => hash.update(chunk));
    const result = await run({ command: "exec yes", copyTo: { stdout: target }, limits: { outputBytes: 1_000_000 } });
    target.end();
    await finished(target);
    expect([result.endedFor, result.stdout.digest]).toEqual(["output", `sha256:${hash.digest("hex")}`]);
  });

  it("whose listener throws ends and gives that error to the caller", async () => {
    const failing = run({
      command: "echo a; echo b",
      onLine: () => {
        throw new Error("listener is broken");
      },
    });
    await expect(failing).rejects.toThrow("listener is broken");
  });

  it("sees no variable that is not on the list", async () => {
    const result = await runCommand(
      { root, isolation: "off", command: ["env"], env: { MINE: "1" }, passEnv: ["WANTED"] },
      {
        runtime: { now: () => 0 },
        environment: { PATH: process.env["PATH"], SECRET_TOKEN: "s3cret", WANTED: "w", LC_TIME: "C" },
      },
    );
    const names = result.stdout.text.split("\n").map((line) => line.split("=")[0]);
    expect(names).toEqual(expect.arrayContaining(["PATH", "MINE", "WANTED", "LC_TIME"]));
    expect(result.stdout.text).not.toContain("s3cret");
  });

  it("sees the same environment digest in each run", async () => {
    const [one, two] = [await run({ command: "true" }), await run({ command: "true" })];
    expect(one.environmentDigest).toBe(two.environmentDigest);
  });

  it.each(["HOLDPOINT_KEY", "A=B", "1A", ""])("refuses to pass on a variable named %j", async (name) => {
    await expect(run({ command: "true", passEnv: [name] })).rejects.toMatchObject({ code: "HP7004" });
  });

  it("refuses a value with a zero byte", async () => {
    await expect(run({ command: "true", env: { A: "x\0y" } })).rejects.toMatchObject({ code: "HP7004" });
  });

  it("works in a folder below its root", async () => {
    mkdirSync(join(root, "sub"), { recursive: true });
    expect((await run({ command: "pwd", cwd: "sub" })).stdout.text).toBe(`${root}/sub\n`);
  });

  it.each(["..", "sub/../..", "/etc", "\0"])("refuses the working directory %j", async (cwd) => {
    await expect(run({ command: "true", cwd })).rejects.toMatchObject({ code: "HP7001" });
  });

  it("refuses a working directory that a link leads out of", async () => {
    symlinkSync("/usr", join(root, "way-out"));
    await expect(run({ command: "true", cwd: "way-out/bin" })).rejects.toMatchObject({ code: "HP7001" });
  });

  it("refuses a working directory that is missing or a file", async () => {
    writeFileSync(join(root, "a-file"), "");
    await expect(run({ command: "true", cwd: "nowhere" })).rejects.toMatchObject({ code: "HP7002" });
    await expect(run({ command: "true", cwd: "a-file" })).rejects.toMatchObject({ code: "HP7002" });
  });

  it("does not outlive the process that runs it", async () => {
    const script = `
      import { runCommand } from ${JSON.stringify(new URL("run-command.ts", import.meta.url).pathname)};
      void runCommand(
        { root: ${JSON.stringify(root)}, command: "echo begun; exec sleep 65", isolation: process.argv[1],
          onLine: () => process.kill(process.pid, "SIGKILL") },
        { runtime: { now: () => 0 } },
      );`;
    for (const isolation of ["off", "auto"]) {
      const sleep = ownSleep();
      const args = ["--import", "tsx", "--input-type=module", "-e", script.replace("65", sleep), isolation];
      const host = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: "inherit" });
      await once(host, "exit");
      expect(host.signalCode).toBe("SIGKILL");
      await expect.poll(() => processesWith(sleep), { interval: 10 }).toBe(0);
    }
  });
});

const groups = realGroups();

describe.runIf(groups !== null)("a command in a control group of its own", () => {
  const inGroup = (command: string, isolation: "off" | "auto" = "off", more: Partial<CommandSpec> = {}) =>
    runCommand(
      { root, isolation, command, ...more },
      { runtime: { now: () => Date.now() }, ...(groups === null ? {} : { groups }) },
    );
  const left = (): readonly string[] =>
    groups?.folder == null ? [] : readdirSync(groups.folder).filter((name) => name.startsWith("holdpoint-"));
  afterAll(() => removeRealGroups(groups));

  it("leaves nothing running, not even what nobody could see leave, and no group", async () => {
    const sleep = ownSleep();
    // Two forks between two looks, a session of its own, no variable: the watch alone does not find it.
    const result = await inGroup(`env -i /usr/bin/setsid /bin/sh -c 'sleep ${sleep} & ' >/dev/null 2>&1; sleep 0.1`);
    expect(result).toMatchObject({ exitCode: 0, endedFor: null });
    expect(result.leftBehind).toBeGreaterThanOrEqual(1);
    await expect.poll(() => processesWith(sleep), { interval: 10 }).toBe(0);
    expect(left()).toEqual([]);
  });

  it("is ended whole when it takes too long", async () => {
    const sleep = ownSleep();
    const command = `env -i /usr/bin/setsid sleep ${sleep} & sleep ${sleep}`;
    const result = await inGroup(command, "off", { limits: { wallMs: 300 }, killGraceMs: 10 });
    expect(result).toMatchObject({ endedFor: "timeout" });
    await expect.poll(() => processesWith(sleep), { interval: 10 }).toBe(0);
    expect(left()).toEqual([]);
  });

  it("gives the same result isolated", async () => {
    const result = await inGroup("echo out; exit 3", "auto");
    expect(result).toMatchObject({ started: true, exitCode: 3, endedFor: null, leftBehind: 0 });
    expect(result.stdout.text).toBe("out\n");
    expect(left()).toEqual([]);
  });
});
