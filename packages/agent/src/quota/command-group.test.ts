import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../command/command.types.ts";
import { boundsOf, CommandGroup } from "./command-group.ts";
import { countIn } from "./group-files.ts";
import { realGroups, removeRealGroups, testFolder } from "./groups.testing.ts";

describe("the bounds of a control group", () => {
  it("are none where a command has none", () => {
    expect(boundsOf(DEFAULT_LIMITS, 2)).toEqual([]);
  });

  it("are written as the kernel takes them, and leave room for the processes around the command", () => {
    const limits = { ...DEFAULT_LIMITS, memoryBytes: 2 ** 30, processes: 64, cpus: 1.5 };
    expect(boundsOf(limits, 2).map(({ file, value }) => `${file}=${value}`)).toEqual([
      "memory.max=1073741824",
      "memory.swap.max=0",
      "memory.oom.group=1",
      "pids.max=16896",
      "cpu.max=150000 100000",
    ]);
  });

  it.each([
    [1, "1024"],
    [8, "2560"],
    [1_000_000, "4194304"],
  ])("let %i processes have their threads, and are a number that the kernel takes", (processes, value) => {
    expect(boundsOf({ ...DEFAULT_LIMITS, processes }, 2)).toMatchObject([{ file: "pids.max", value }]);
  });

  it("never are less processor time than the kernel takes", () => {
    expect(boundsOf({ ...DEFAULT_LIMITS, cpus: 0.001 }, 0)).toMatchObject([{ value: "1000 100000" }]);
  });
});

describe("a count of a control group", () => {
  it("is that of its own name, and 0 where there is none", () => {
    const events = "low 3\nhigh 0\nmax 12\noom 1\noom_kill 2\noom_group_kill 1\n";
    expect([
      countIn(events, "max"),
      countIn(events, "oom_kill"),
      countIn(events, "kill"),
      countIn(null, "max"),
    ]).toEqual([12, 2, 0, 0]);
  });
});

describe("the folder of a control group", () => {
  it("is the next that is free, so that what is there keeps no command from its bounds", () => {
    const folder = testFolder();
    const groups = { folder, controllers: [], reason: null };
    const [, next] = /^(.*-)\d+$/.exec(CommandGroup.make(groups, DEFAULT_LIMITS, 0)?.folder ?? "") ?? [];
    const taken = Array.from({ length: 100 }, (_, count) => `${next}${count}`);
    for (const path of taken) mkdirSync(path, { recursive: true });
    const made = CommandGroup.make(groups, DEFAULT_LIMITS, 0);
    expect(made?.folder).toMatch(/^.*holdpoint-\d+-\d+-\d+-\d+$/);
    expect(taken).not.toContain(made?.folder);
    expect(CommandGroup.make({ ...groups, folder: join(folder, "none") }, DEFAULT_LIMITS, 0)).toBeNull();
  });
});

describe("what a control group was ended for", () => {
  it("is memory, and never processes: a process that was refused a thread is not one too many", () => {
    const folder = testFolder();
    const group = CommandGroup.make({ folder, controllers: [], reason: null }, DEFAULT_LIMITS, 0);
    if (group === null) throw new Error("no group was made");
    writeFileSync(join(group.folder, "pids.events"), "max 3\n");
    expect(group.exceeded()).toBeNull();
    writeFileSync(join(group.folder, "memory.events"), "max 3\noom_kill 1\n");
    expect(group.exceeded()).toBe("memory");
  });
});

describe("a control group that stays", () => {
  it("is told of at once when waiting would not help", async () => {
    const group = CommandGroup.make({ folder: testFolder(), controllers: [], reason: null }, DEFAULT_LIMITS, 0);
    if (group === null) throw new Error("no group was made");
    writeFileSync(join(group.folder, "file"), "");
    const warned = once(process, "warning");
    await group.remove();
    expect(String((await warned)[0])).toBe(
      `HoldpointWarning: the control group ${group.folder} could not be removed (ENOTEMPTY)`,
    );
  });
});

const groups = realGroups();

describe.runIf(groups !== null)("a control group of the kernel", () => {
  const real = groups ?? { folder: null, controllers: [], reason: null };
  afterAll(() => removeRealGroups(groups));

  function made(): CommandGroup {
    const group = CommandGroup.make(real, DEFAULT_LIMITS, 0);
    if (group === null) throw new Error("no group was made");
    return group;
  }

  it("holds the command and all that it starts, also what leaves its session and forgets its variables", async () => {
    const group = made();
    const command = "env -i /usr/bin/setsid sh -c 'sleep 600 & echo $!; wait' & wait";
    const [program = "", ...args] = group.argv(["/bin/sh", "-c", command]);
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
    const [line] = await once(child.stdout, "data");
    expect(group.processes()).toContain(child.pid);
    expect(group.processes()).toContain(Number(String(line)));
    const ended = once(child, "exit");
    group.kill();
    expect(await ended).toEqual([null, "SIGKILL"]);
    await group.remove();
    expect(existsSync(group.folder)).toBe(false);
  });

  it("knows how much processor time was used, also by what has ended", async () => {
    const group = made();
    const [program = "", ...args] = group.argv(["/bin/sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"]);
    await once(spawn(program, args, { stdio: "ignore" }), "exit");
    expect(group.cpuMs()).toBeGreaterThan(10);
    expect(group.exceeded()).toBeNull();
    await group.remove();
  });

  it("takes the groups with it that the command made below, and all that runs in them", async () => {
    const group = made();
    const below = join(group.folder, "own", "below");
    const command = `mkdir -p ${below} && echo $$ >${below}/cgroup.procs && echo in && exec sleep 600`;
    const [program = "", ...args] = group.argv(["/bin/sh", "-c", command]);
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
    const ended = once(child, "exit");
    await once(child.stdout, "data");
    expect(group.processes()).toEqual([child.pid]);
    await group.remove();
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(existsSync(group.folder)).toBe(false);
  });

  it("that cannot be joined says nothing in the command's name", async () => {
    const group = made();
    const [program = "", ...args] = group.argv(["/bin/sh", "-c", "echo out; echo err >&2"]);
    await group.remove();
    const { stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
    expect([stdout, stderr]).toEqual(["out\n", "err\n"]);
  });

  it.runIf(!existsSync(`${real.folder}/memory.max`))("is not made with a bound that it cannot have", () => {
    const lacking = { ...real, controllers: ["memory" as const] };
    expect(CommandGroup.make(lacking, { ...DEFAULT_LIMITS, memoryBytes: 2 ** 30 }, 0)).toBeNull();
    expect(readdirSync(real.folder ?? "").filter((name) => name.startsWith("holdpoint-"))).toEqual([]);
  });
});
