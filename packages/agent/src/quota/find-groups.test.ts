import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startOf } from "../processes/process-mark.ts";
import { findGroups, type GroupSearch, groupsProbe } from "./find-groups.ts";
import { groupName } from "./group-name.ts";
import { groupFiles } from "./groups.testing.ts";

function search(more: Partial<GroupSearch>): GroupSearch {
  return { platform: "linux", env: {}, uid: 1000, pid: process.pid, proc: "/nowhere", ...more };
}

describe("control groups", () => {
  it("are made in the own group of a user to whom it was delegated, with the controllers that it has", () => {
    const { folder, proc, read } = groupFiles();
    expect(findGroups(search({ proc }))).toEqual({ folder, controllers: ["memory", "pids", "cpu"], reason: null });
    expect(read("cgroup.subtree_control")).toBe("+memory +pids +cpu");
  });

  it("bind by those controllers alone that were delegated, and switch on none that is on", () => {
    const { folder, proc, read } = groupFiles({
      "cgroup.controllers": "memory pids\n",
      "cgroup.subtree_control": "pids memory\n",
    });
    expect(findGroups(search({ proc }))).toEqual({ folder, controllers: ["memory", "pids"], reason: null });
    expect(read("cgroup.subtree_control")).toBe("pids memory\n");
  });

  it("are found below a mount that shows a part of them only", () => {
    const { folder, proc } = groupFiles();
    const base = folder.slice(0, -"/user/app".length);
    writeFileSync(join(proc, "cgroup"), "0::/machine/user/app\n");
    writeFileSync(join(proc, "mountinfo"), `30 20 0:26 /machine ${base} rw - cgroup2 cgroup rw\n`);
    expect(findGroups(search({ proc })).folder).toBe(folder);
    for (const other of ["/elsewhere", "/machine2/user/app"]) {
      writeFileSync(join(proc, "cgroup"), `0::${other}\n`);
      expect(findGroups(search({ proc })).reason).toBe(`the group ${other} cannot be seen from here`);
    }
  });

  it("are made in the group that HOLDPOINT_CGROUP names, for the superuser too", () => {
    const { folder } = groupFiles();
    const env = { HOLDPOINT_CGROUP: folder };
    expect(findGroups(search({ env, uid: 0 })).folder).toBe(folder);
    expect(findGroups(search({ env: { HOLDPOINT_CGROUP: "relative" } })).reason).toContain("no absolute path");
  });

  it("are not made by the superuser where none is named: others manage them", () => {
    const { proc, read } = groupFiles();
    expect(findGroups(search({ proc, uid: 0 })).reason).toContain("HOLDPOINT_CGROUP");
    expect(read("cgroup.subtree_control")).toBe("");
  });

  it.each([
    ["on another system", { platform: "darwin" as const }, "Linux only"],
    ["where only version 1 is", { proc: "/nowhere" }, "there is no cgroup v2 here"],
  ])("cannot be had %s", (_what, more, reason) => {
    expect(findGroups(search(more))).toMatchObject({ folder: null, controllers: [] });
    expect(findGroups(search(more)).reason).toContain(reason);
  });

  it("cannot be had in a group that lacks what binds, or that is not there", () => {
    const { proc } = groupFiles({ "cgroup.controllers": "cpuset io\n" });
    expect(findGroups(search({ proc })).reason).toContain("has none of memory, pids, cpu");
    const env = { HOLDPOINT_CGROUP: "/nowhere/at/all" };
    expect(findGroups(search({ env })).reason).toBe("/nowhere/at/all is not delegated to this user");
  });

  it.runIf(process.geteuid?.() !== 0)("cannot be had in a group that belongs to somebody else", () => {
    const { folder, proc } = groupFiles();
    chmodSync(join(folder, "cgroup.procs"), 0o444);
    expect(findGroups(search({ proc })).reason).toContain("is not delegated to this user");
  });

  it("are looked for again where other processes were in the way, and else only once", () => {
    const { folder, proc } = groupFiles({ "cgroup.procs": `${process.pid}\n${process.ppid}\n` });
    // As the kernel does while a process is in the group itself.
    const isBusy = (at: string, name: string): boolean =>
      at === folder && name === "cgroup.subtree_control" && readFileSync(join(at, "cgroup.procs"), "utf8") !== "";
    const moves: string[] = [];
    const write = (at: string, name: string, value: string): string | null => {
      if (isBusy(at, name)) return "EBUSY";
      moves.push(`${at.slice(folder.length)}/${name}=${value}`);
      if (name === "cgroup.procs") writeFileSync(join(folder, name), "");
      return null;
    };
    const probe = groupsProbe(search({ proc, write }));
    expect(probe().reason).toBe(`other processes are in ${folder}, so that it cannot be divided`);
    writeFileSync(join(folder, "cgroup.procs"), `${process.pid}\n`);
    const found = probe();
    expect(found).toMatchObject({ folder, reason: null });
    expect(moves).toEqual([`/holdpoint/cgroup.procs=${process.pid}`, "/cgroup.subtree_control=+memory +pids +cpu"]);
    expect(probe()).toBe(found);
  });

  it.runIf(process.platform === "linux")(
    "that a killed process left are removed, those of a living one are not",
    () => {
      const { folder, proc } = groupFiles();
      const [, namespace = "", pid = "", started = ""] = groupName(1).split("-");
      const leftBehind = [
        `holdpoint-${namespace}-4194399-1-1`,
        `holdpoint-${namespace}-${pid}-${Number(started) - 1}-1`,
      ];
      const others = [
        groupName(1),
        `holdpoint-${namespace}-${process.ppid}-${startOf(process.ppid)}-1`,
        // Of another container, in which process 4194399 may be alive.
        `holdpoint-${Number(namespace) + 1}-4194399-1-1`,
        "holdpoint-0-4194399-1-1",
        "holdpoint-other",
      ];
      for (const name of [...leftBehind, ...others]) mkdirSync(join(folder, name));
      expect(findGroups(search({ proc })).folder).toBe(folder);
      expect(leftBehind.filter((name) => existsSync(join(folder, name)))).toEqual([]);
      expect(others.filter((name) => !existsSync(join(folder, name)))).toEqual([]);
    },
  );
});
