import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommandResult, CommandSpec } from "../command/command.types.ts";
import { runCommand } from "../command/run-command.ts";
import { findIsolation, probeIsolation } from "./probe-isolation.ts";
import { type Protection, planProtection } from "./protection.ts";

const AS_NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] as const;
const available = probeIsolation();
/** Whether `nobody` can read these sources, as in a clone below a folder that is its owner's alone it cannot. */
const canBeNobody =
  process.getuid?.() === 0 &&
  spawnSync(AS_NOBODY[0], [...AS_NOBODY.slice(1), "/bin/ls", import.meta.dirname]).status === 0;

let base: string;
let plan: string;
let keys: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-isolation-")));
  plan = join(base, "a plan");
  keys = join(base, "keys");
  mkdirSync(join(plan, ".holdpoint"), { recursive: true });
  mkdirSync(keys);
  writeFileSync(join(plan, ".holdpoint", "trust.yaml"), "trusted: []\n");
  writeFileSync(join(plan, "PLAN.holdpoint.yaml"), "checks: []\n");
  writeFileSync(join(keys, "key"), "private\n");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function protection(more: Partial<Protection> = {}): Protection {
  const from = planProtection({ planDir: plan, readOnly: [join(plan, "PLAN.holdpoint.yaml")], hidden: [keys] });
  return { ...from, ...more };
}

function run(command: CommandSpec["command"], more: Partial<CommandSpec> = {}): Promise<CommandResult> {
  return runCommand(
    { root: plan, command, protection: protection(), isolation: "required", ...more },
    { runtime: { now: () => 0 } },
  );
}

describe.runIf(available.mode !== null)("an isolated command", () => {
  it("is marked as such", async () => {
    expect((await run("true")).isolation).toEqual({ level: "full", reason: null });
  });

  it.each([
    ["write into .holdpoint", "echo x > .holdpoint/x"],
    ["write into .holdpoint by its absolute path", 'echo x > "$PWD/.holdpoint/x"'],
    ["see what is in .holdpoint", "cat .holdpoint/trust.yaml"],
    ["unmount what hides .holdpoint", "umount .holdpoint"],
    ["unmount it in a namespace of its own", "unshare -Urm sh -c 'umount .holdpoint && cat .holdpoint/trust.yaml'"],
    ["unmount it lazily, all of it", "unshare -Urm sh -c 'umount -l / ; umount -lR . ; cat .holdpoint/trust.yaml'"],
    ["mount the folder again elsewhere", "unshare -Urm sh -c 'mount --bind . /mnt && cat /mnt/.holdpoint/trust.yaml'"],
    ["change the sidecar", "echo x >> PLAN.holdpoint.yaml"],
    ["remove the sidecar", "rm -f PLAN.holdpoint.yaml"],
    ["replace the sidecar", "echo x > new && mv -f new PLAN.holdpoint.yaml"],
    ["change the sidecar through a symbolic link", "ln -s PLAN.holdpoint.yaml soft && echo x >> soft"],
    ["change the sidecar through a hard link", "ln PLAN.holdpoint.yaml hard && echo x >> hard"],
    ["change the mode of the sidecar", "chmod 777 PLAN.holdpoint.yaml"],
    [
      "make the sidecar writable by mounting",
      "mount -o remount,bind,rw PLAN.holdpoint.yaml && echo x >> PLAN.holdpoint.yaml",
    ],
    ["make all writable in a namespace of its own", "unshare -Urm sh -c 'mount -o remount,bind,rw / && touch /etc/x'"],
    ["move the plan's folder away", 'mv "$PWD" "$PWD.old"'],
    ["move the folder above away", 'mv "$(dirname "$PWD")" "$(dirname "$PWD").old"'],
    ["write outside of the plan", "touch /etc/holdpoint-test"],
    ["write into the home folder", 'touch "$HOME/holdpoint-test"'],
    ["gain rights", "sudo -n true || su -c true </dev/null"],
    ["open a disk", "ls /dev/sd* /dev/vd* /dev/nvme* /dev/mapper 2>/dev/null | grep ."],
    ["make a device", "mknod disk b 8 0"],
    ["change a setting of the kernel", "cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern"],
    ["write to sysfs", "f=/sys/fs/cgroup/x; mkdir $f"],
    ["list the processes outside", `ls /proc/${process.pid}/root`],
    ["signal its parent", "kill -0 $PPID && [ $PPID != 1 ]"],
    ["signal Holdpoint", `kill -0 ${process.pid}`],
    ["look through the first process", "ls /proc/1/root/proc/1/root/.. && cat /proc/1/cwd/.holdpoint/trust.yaml"],
  ])("cannot %s", async (_, command) => {
    const before = snapshot();
    const result = await run(`${command} || exit 99`);
    expect(result).toMatchObject({ exitCode: 99 });
    expect(snapshot()).toEqual(before);
    expect(existsSync(join(homedir(), "holdpoint-test"))).toBe(false);
  });

  it("does not see the user's keys", async () => {
    const result = await run(["cat", join(keys, "key")]);
    expect(result.exitCode).not.toBe(0);
    expect(result.stdout.text).toBe("");
  });

  it("cannot end Holdpoint by signalling everything it can see", async () => {
    const result = await run("kill -9 -1; exit 5");
    expect([5, 137]).toContain(result.exitCode);
  });

  it("cannot change how git behaves for its user", async () => {
    spawnSync("git", ["init", "-q", plan]);
    const now = { protection: protection() };
    const result = await run("git config core.fsmonitor ./evil; echo x > .git/hooks/post-checkout; mv .git .git2", now);
    expect(result.exitCode).not.toBe(0);
    expect(readFileSync(join(plan, ".git", "config"), "utf8")).not.toContain("evil");
    expect(existsSync(join(plan, ".git", "hooks", "post-checkout"))).toBe(false);
  });

  it("writes files in the plan's folder that stay and belong to the user", async () => {
    const result = await run(
      "mkdir -p out && echo hi > out/file && echo $((2)) > /tmp/$$.holdpoint && rm /tmp/$$.holdpoint",
    );
    expect(result).toMatchObject({ exitCode: 0, isolation: { level: "full" } });
    expect(readFileSync(join(plan, "out", "file"), "utf8")).toBe("hi\n");
    expect(statSync(join(plan, "out", "file")).uid).toBe(process.getuid?.());
  });

  it("has the devices that programs expect", async () => {
    const result = await run(
      "echo a >/dev/null; head -c 4 /dev/urandom | wc -c; cat /dev/fd/0; exec 5<>/dev/ptmx && ls /dev/pts",
      {
        stdin: "in\n",
      },
    );
    expect(result.stdout.text).toMatch(/^4\nin\n0\nptmx\n$/);
  });

  it("may be interrupted by its own children as usual", async () => {
    expect((await run("(trap 'echo got it; exit' INT; kill -INT $(sh -c 'echo $PPID'); sleep 5)")).stdout.text).toBe(
      "got it\n",
    );
  });

  it("may write in a folder of a folder that it may only read, and nowhere around it", async () => {
    const inner = join(plan, "deep", "inner");
    mkdirSync(join(inner, ".holdpoint"), { recursive: true });
    const nested = {
      hidden: [join(inner, ".holdpoint"), join(plan, ".holdpoint")],
      readOnly: [plan],
      writable: [inner],
    };
    const tries = ["touch x", "touch deep/x", "mv deep other", "ls .holdpoint | grep .", "touch deep/inner/fine"];
    const result = await run(`${tries.map((one, at) => `${one} 2>/dev/null && echo ${at}`).join("\n")}\nexit 0`, {
      protection: nested,
    });
    expect(result).toMatchObject({ stdout: { text: "4\n" }, isolation: { level: "full" } });
    expect(existsSync(join(inner, "fine"))).toBe(true);
  });

  it.each([
    ["write it", "echo 'checks: []' > PLAN.holdpoint.yaml"],
    ["move one there", "echo x > x && mv -T x PLAN.holdpoint.yaml"],
    ["take the place away", "rmdir PLAN.holdpoint.yaml || rm -rf PLAN.holdpoint.yaml"],
    ["put an agent into a missing folder", "mkdir -p agents; echo x > agents/x.yaml"],
    ["move the missing folder", "mv agents other && mkdir agents"],
  ])("cannot create a missing sidecar or folder: %s", async (_, command) => {
    rmSync(join(plan, "PLAN.holdpoint.yaml"));
    const more = planProtection({
      planDir: plan,
      readOnly: ["PLAN.holdpoint.yaml", "agents"].map((x) => join(plan, x)),
    });
    const result = await run(`(${command}) && exit 1; exit 99`, { protection: more });
    expect(result).toMatchObject({ exitCode: 99, appeared: [], isolation: { level: "full" } });
    expect(existsSync(join(plan, "PLAN.holdpoint.yaml"))).toBe(false);
    expect(existsSync(join(plan, "agents"))).toBe(false);
  });

  it("keeps a place that another command still needs", async () => {
    rmSync(join(plan, "PLAN.holdpoint.yaml"));
    const until = join(base, "until");
    const long = run(`while [ ! -e '${until}' ]; do sleep 0.02; done; echo x > PLAN.holdpoint.yaml`);
    await run("true");
    writeFileSync(until, "");
    expect(await long).toMatchObject({ appeared: [], isolation: { level: "full" } });
    expect(existsSync(join(plan, "PLAN.holdpoint.yaml"))).toBe(false);
  });

  it("clears a place that a killed run left", async () => {
    rmSync(join(plan, "PLAN.holdpoint.yaml"));
    mkdirSync(join(plan, "PLAN.holdpoint.yaml"));
    await run("true");
    expect(existsSync(join(plan, "PLAN.holdpoint.yaml"))).toBe(false);
  });

  it("that makes a repository is told of, and the repository is moved away", async () => {
    const result = await run("git init -q .");
    expect(result.appeared).toEqual([join(plan, ".git")]);
    expect(result.isolation).toMatchObject({ level: "none", reason: expect.stringContaining(".git.set-aside-1") });
    expect([existsSync(join(plan, ".git")), existsSync(join(plan, ".git.set-aside-1"))]).toEqual([false, true]);
  });

  it("hides .holdpoint also when its caller says nothing of protection", async () => {
    const spec = { root: plan, command: "cat .holdpoint/trust.yaml", isolation: "required" } as const;
    expect((await runCommand(spec, { runtime: { now: () => 0 } })).exitCode).not.toBe(0);
  });

  it("is refused when the sidecar has a second name", async () => {
    linkSync(join(plan, "PLAN.holdpoint.yaml"), join(plan, "second"));
    await expect(run("true")).rejects.toMatchObject({ code: "HP7003", message: expect.stringContaining("hard link") });
  });

  it("is refused when .holdpoint is a link that it could replace", async () => {
    rmSync(join(plan, ".holdpoint"), { recursive: true });
    symlinkSync(keys, join(plan, ".holdpoint"));
    await expect(run("true")).rejects.toMatchObject({
      code: "HP7003",
      message: expect.stringContaining("symbolic link"),
    });
  });

  it("keeps the command's own text out of the set-up", async () => {
    const result = await run(["printf", "%s", "$(touch injected) `touch injected` ; run"]);
    expect(result.stdout.text).toBe("$(touch injected) `touch injected` ; run");
    expect(existsSync(join(plan, "injected"))).toBe(false);
  });

  it("runs plainly, with the reason, when the namespace cannot be set up after all", async () => {
    const gone = { mode: "user", reason: null, tried: [] } as const;
    const result = await runCommand(
      { root: plan, command: "echo plain", protection: protection({ readOnly: ["/proc/1/ns/mnt"] }) },
      { runtime: { now: () => 0 }, isolation: gone },
    );
    expect(result.stdout.text).toBe("plain\n");
    expect(result.isolation).toMatchObject({ level: "none", reason: expect.stringContaining("set up") });
  });
});

describe("isolation", () => {
  it("that cannot be had has a planted sidecar moved away afterwards", async () => {
    rmSync(join(plan, "PLAN.holdpoint.yaml"));
    const result = await run("echo x > PLAN.holdpoint.yaml", { isolation: "off" });
    expect(result.appeared).toEqual([join(plan, "PLAN.holdpoint.yaml")]);
    expect(result.isolation).toMatchObject({ level: "none", reason: expect.stringContaining("set-aside-1") });
    expect(existsSync(join(plan, "PLAN.holdpoint.yaml"))).toBe(false);
  });

  it("that is required and not available refuses to run", async () => {
    const report = { mode: null, reason: "namespaces are not allowed", tried: [] };
    const refused = runCommand(
      { root: plan, command: "touch ran", isolation: "required" },
      { runtime: { now: () => 0 }, isolation: report },
    );
    await expect(refused).rejects.toMatchObject({ code: "HP7003", message: expect.stringContaining("not allowed") });
    expect(existsSync(join(plan, "ran"))).toBe(false);
  });

  it("that is not available is said in the result", async () => {
    const report = { mode: null, reason: "namespaces are not allowed", tried: [] };
    const result = await runCommand({ root: plan, command: "true" }, { runtime: { now: () => 0 }, isolation: report });
    expect(result.isolation).toEqual({ level: "none", reason: "namespaces are not allowed" });
  });

  it("of the root folder is not possible", async () => {
    const result = await runCommand(
      { root: "/", command: "true" },
      { runtime: { now: () => 0 }, isolation: available },
    );
    expect(result.isolation.level).toBe("none");
  });

  it("is not looked for on other systems", () => {
    expect(findIsolation("darwin")).toMatchObject({ mode: null, reason: expect.stringContaining("Linux only") });
  });

  it.runIf(canBeNobody && available.mode !== null)("works for a user without rights", () => {
    chmodSync(base, 0o777);
    const report = asNobody(
      `import { findIsolation } from ${JSON.stringify(join(import.meta.dirname, "probe-isolation.ts"))};
       process.stdout.write(JSON.stringify(findIsolation("linux")));`,
    );
    expect(JSON.parse(report)).toMatchObject({ mode: "user", reason: null });
  });

  it.runIf(canBeNobody && available.mode !== null)("holds for a user without rights", () => {
    for (const path of [base, plan, join(plan, ".holdpoint"), keys]) chmodSync(path, 0o777);
    const attempts = [
      "echo x > .holdpoint/x && echo wrote",
      "cat .holdpoint/trust.yaml",
      "umount .holdpoint && echo unmounted",
      "unshare -Urm sh -c 'umount .holdpoint; cat .holdpoint/trust.yaml'",
      "rm -f PLAN.holdpoint.yaml && echo removed",
      `kill -0 ${process.pid} && echo signalled`,
      "touch fine && stat -c %U fine",
    ];
    const report = asNobody(
      `import { runCommand } from ${JSON.stringify(join(import.meta.dirname, "../command/run-command.ts"))};
       const spec = ${JSON.stringify({ root: plan, protection: protection(), isolation: "required", command: attempts.join("; ") })};
       const result = await runCommand(spec, { runtime: { now: () => 0 } });
       process.stdout.write(JSON.stringify(result));`,
    );
    expect(JSON.parse(report)).toMatchObject({ isolation: { level: "full" }, stdout: { text: "nobody\n" } });
  });
});

/** Runs a module as the user `nobody`. The sources must be readable for it. */
function asNobody(code: string): string {
  const [program, ...args] = [...AS_NOBODY, process.execPath];
  const host = spawnSync(program, [...args, "--import", "tsx", "--input-type=module", "-e", code], {
    cwd: import.meta.dirname,
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", TMPDIR: base },
    encoding: "utf8",
  });
  expect(host.stderr).toBe("");
  return host.stdout;
}

function snapshot(): unknown {
  const files = [join(plan, ".holdpoint", "trust.yaml"), join(plan, "PLAN.holdpoint.yaml"), join(keys, "key")];
  return files.map((file) => [readFileSync(file, "utf8"), statSync(file).mode, statSync(file).ino]);
}
