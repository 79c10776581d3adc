import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { endOrphans } from "./end-orphans.ts";

describe.runIf(process.platform === "linux")("what a killed runner left running", () => {
  let folder: string;
  let children: ChildProcess[];

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-orphans-")));
    children = [];
  });
  afterEach(async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    rmSync(folder, { recursive: true });
  });

  /** A process of an attempt whose inbox is there, in a group of its own. */
  async function attempt(inbox: string | null, command = "exec sleep 600"): Promise<ChildProcess> {
    const env = { PATH: process.env["PATH"], ...(inbox === null ? {} : { HOLDPOINT_INBOX: inbox }) };
    const child = spawn("sh", ["-c", `echo begun; ${command}`], {
      env,
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    children.push(child);
    await once(child.stdout, "data");
    return child;
  }

  it("is ended, with what it started, wherever it went", async () => {
    const first = await attempt(join(folder, "inboxes", "a.1", "inbox"));
    const second = await attempt(join(folder, "worktrees", "b.2", "inbox"), "sleep 600 & wait");
    const ended = Promise.all([once(first, "exit"), once(second, "exit")]);
    expect(endOrphans(folder)).toBeGreaterThanOrEqual(2);
    expect(await ended).toEqual([
      [null, "SIGKILL"],
      [null, "SIGKILL"],
    ]);
    // Who holds the other end of the pipe has ended too.
    if (!second.stdout?.readableEnded) await once(second.stdout ?? second, "end");
    expect(endOrphans(folder)).toBe(0);
  });

  it("is told from attempts of other runners, of a folder whose name begins alike, and from everything else", async () => {
    const others = [
      await attempt(null),
      await attempt(`${folder}-other/inboxes/a.1/inbox`),
      await attempt(join(tmpdir(), "inboxes", "a.1", "inbox")),
      await attempt(folder),
    ];
    expect(endOrphans(folder)).toBe(0);
    for (const child of others) {
      expect(readFileSync(`/proc/${child.pid}/comm`, "utf8")).toBe("sleep\n");
    }
  });

  it("never is this process itself, although it may run inside an attempt", () => {
    const inbox = process.env["HOLDPOINT_INBOX"];
    process.env["HOLDPOINT_INBOX"] = join(folder, "inbox");
    try {
      expect(endOrphans(folder)).toBe(0);
    } finally {
      if (inbox === undefined) delete process.env["HOLDPOINT_INBOX"];
      else process.env["HOLDPOINT_INBOX"] = inbox;
    }
  });
});
