import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type CliFolder, cliFolder, expectNoStack, expectProblem } from "./cli.ts";

const PLAN =
  "# P\n\n## Phase 1: A\n\n**Automated check**: `sh measure.sh`\n\n- [ ] T-1 do @hand\n\n**Quality Gates**:\n\n- [ ] Load: >=1\n";

/** A program that prints for ever, in long lines. */
const FLOOD = `line=$(head -c 60000 /dev/zero | tr '\\0' x)\nwhile echo "$line"; do :; done\n`;

/** A program that leaves a child in its own session behind and ends well; the child sleeps for that many seconds. */
function leaving(note: string, seconds: string, last: string): string {
  return `setsid sh -c 'touch ${note}; exec sleep ${seconds}' > /dev/null 2>&1 < /dev/null &\nwhile ! test -e ${note}; do sleep 0.02; done\n${last}\n`;
}

function withAgent(agent: string): CliFolder {
  const manifest =
    'name: hand\nversion: "1"\ncapabilities: [hand]\ncommand: sh agents/hand.sh\nworkspace: shared\nlimits: { timeout: 30s }\n';
  return cliFolder({
    "p.md": PLAN,
    "measure.sh": "echo load=2\n",
    "agents/hand.yaml": manifest,
    "agents/hand.sh": agent,
  });
}

/** Whether a process with these arguments is there; ids would not tell, because they may be those of a namespace. */
function isRunning(args: string): boolean {
  return spawnSync("ps", ["-A", "-o", "args="], { encoding: "utf8" })
    .stdout.split("\n")
    .some((line) => line.trim() === args);
}

async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600 && !what(); tries += 1) await pause(50);
  expect(what()).toBe(true);
}

describe("a command that prints without end", { timeout: 120_000 }, () => {
  it("is ended when it is a check; its gate stays closed and the disk is not filled", () => {
    const folder = cliFolder({ "p.md": PLAN, "measure.sh": `echo load=2\n${FLOOD}` });
    const result = folder.holdpoint(["verify", "p.md", "--trust", "--json"]);
    expect(result.exit).toBe(2);
    expect(JSON.parse(result.out)).toMatchObject({
      verified: 0,
      gates: [{ verdict: "inconclusive", reason: "source_error" }],
    });
    const kept = spawnSync("du", ["-sk", folder.path(".holdpoint/artifacts")], { encoding: "utf8" });
    expect(Number.parseInt(kept.stdout, 10)).toBeLessThan(600 * 1024);
    expectNoStack(result);
  });

  it("is ended when it is an agent; its task is not accepted and the run ends by itself", () => {
    const folder = withAgent(FLOOD);
    const result = folder.holdpoint(["run", "p.md", "--trust", "--json"]);
    expect([1, 2]).toContain(result.exit);
    expect(JSON.parse(result.out)).toMatchObject({ schema: "holdpoint/verification/v1" });
    expect(readFileSync(folder.path("p.md"), "utf8")).toBe(PLAN);
    expectNoStack(result);
  });
});

describe("a command that forks and exits", { timeout: 120_000 }, () => {
  it("leaves nothing running when it is a check, and its own word counts", async () => {
    const folder = cliFolder({ "p.md": PLAN });
    const note = join(folder.beside, "left");
    const seconds = `300.${process.pid}1`;
    folder.write("measure.sh", leaving(note, seconds, "echo load=2"));
    const result = folder.holdpoint(["verify", "p.md", "--trust", "--json"]);
    expect(JSON.parse(result.out)).toMatchObject({ gates: [{ verdict: "pass" }] });
    expect(existsSync(note)).toBe(true);
    await until(() => !isRunning(`sleep ${seconds}`));
    expectNoStack(result);
  });

  it("leaves nothing running when it is an agent", async () => {
    const folder = withAgent("");
    const note = join(folder.beside, "left");
    const seconds = `300.${process.pid}2`;
    folder.write("agents/hand.sh", leaving(note, seconds, `echo '{"type":"result","outcome":"done","summary":"x"}'`));
    const result = folder.holdpoint(["run", "p.md", "--trust", "--json", "--no-write-back"]);
    expect([0, 1, 2]).toContain(result.exit);
    expect(existsSync(note)).toBe(true);
    await until(() => !isRunning(`sleep ${seconds}`));
    expectNoStack(result);
  });
});

describe("two runs on one plan at once", { timeout: 120_000 }, () => {
  it.each([["verify"], ["run"]])(
    "the second %s says who holds it and ends; the first goes on to its end",
    async (command) => {
      const folder = cliFolder({ "p.md": PLAN });
      const begun = join(folder.beside, "begun");
      const go = join(folder.beside, "go");
      folder.write("measure.sh", `touch ${begun}\nwhile ! test -e ${go}; do sleep 0.05; done\necho load=2\n`);
      const first = folder.start([command, "p.md", "--trust", "--json"]);
      await until(() => existsSync(begun) || first.child.exitCode !== null);
      const second = folder.holdpoint([command, "p.md", "--trust", "--json"]);
      expectProblem(second, { exit: 69, code: "HP6003", message: String(first.child.pid) });
      const signed = folder.holdpoint([
        "gate",
        "waive",
        "load",
        "--plan",
        "p.md",
        "--as",
        "R",
        "--reason",
        "x",
        "--expires",
        "1d",
        "--json",
      ]);
      // A person need not wait: a waiver joins the database that the first one holds.
      expect([signed.exit, JSON.parse(signed.out)]).toMatchObject([0, { schema: "holdpoint/waiver/v1" }]);
      writeFileSync(go, "");
      const { out } = await first.ended;
      expect(JSON.parse(out)).toMatchObject({ gates: [{ verdict: "pass" }] });
      expect(statSync(folder.path(".holdpoint/report.html")).size).toBeGreaterThan(0);
      // And the place is free again.
      expect(folder.holdpoint(["verify", "p.md", "--trust", "--json"]).exit).toBe(0);
    },
  );
});

describe("a reader that goes away", { timeout: 60_000 }, () => {
  it("ends nothing half way: the exit code is the command's own", () => {
    const folder = cliFolder({ "p.md": PLAN, "measure.sh": "echo load=0\n" });
    const script = '{ "$0" "$1" verify p.md --trust --events; echo "exit $?" >&2; } | head -c 1 > /dev/null';
    const launcher = new URL("../../packages/cli/bin/holdpoint.mjs", import.meta.url).pathname;
    const ended = spawnSync("/bin/sh", ["-c", script, process.execPath, launcher], {
      cwd: folder.dir,
      env: folder.env,
      encoding: "utf8",
    });
    expect(ended.stderr).toContain("exit 1");
    expect(existsSync(folder.path(".holdpoint/report.html"))).toBe(true);
  });

  it("gets every byte of a large plan when it stays, and no error when it goes", () => {
    const plan = `# P\n${Array.from({ length: 40_000 }, (_, at) => `- [ ] T-${at} one of many things to do\n`).join("")}`;
    const folder = cliFolder({ "p.md": plan });
    expect(folder.holdpoint(["plan", "print", "p.md"]).out).toBe(plan);
    const launcher = new URL("../../packages/cli/bin/holdpoint.mjs", import.meta.url).pathname;
    const script = '{ "$0" "$1" plan print p.md; echo "exit $?" >&2; } | head -c 1 > /dev/null';
    const ended = spawnSync("/bin/sh", ["-c", script, process.execPath, launcher], {
      cwd: folder.dir,
      env: folder.env,
      encoding: "utf8",
    });
    expect(ended.stderr).toBe("exit 0\n");
  });

  it.skipIf(!existsSync("/dev/full"))("is told of when it is a full disk", () => {
    const folder = cliFolder({ "p.md": PLAN });
    const launcher = new URL("../../packages/cli/bin/holdpoint.mjs", import.meta.url).pathname;
    const ended = spawnSync("/bin/sh", ["-c", '"$0" "$1" plan print p.md > /dev/full', process.execPath, launcher], {
      cwd: folder.dir,
      env: folder.env,
      encoding: "utf8",
    });
    expect(ended.status).toBe(69);
    expect(ended.stderr).toContain("ENOSPC");
  });
});
