import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type AgentLine, readAgentLine, type TaskInput } from "@holdpoint/contract";
import { type ReportReading, readReport } from "@holdpoint/evidence";
import { afterEach } from "vitest";

/** How a program ended, and what it printed. */
export interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What an agent said during one attempt. */
export interface Attempt extends Ended {
  readonly lines: readonly AgentLine[];
  readonly outcome: string;
  readonly summary: string;
  /** Its own word on metrics, with units: `250ms`. */
  readonly evidence: Readonly<Record<string, string>>;
  /** Paths of the files that it handed over. */
  readonly artifacts: readonly string[];
}

/** What a check printed. */
export interface Checked extends Ended {
  readonly metrics: Readonly<Record<string, string>>;
}

/** How an agent is called. */
export interface CallOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Laid over the task's own object. */
  readonly input?: Readonly<Record<string, unknown>>;
  readonly title?: string;
}

/** A real folder in which agents work. */
export interface Workshop {
  readonly dir: string;
  write(name: string, content: string | Uint8Array): void;
  /** Sets the time of a file, seconds from now. */
  age(name: string, seconds: number): void;
  read(name: string): string;
  git(...args: readonly string[]): string;
  attempt(agent: string, options?: CallOptions): Promise<Attempt>;
  check(agent: string, args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Checked>;
  /** What Holdpoint's own reader makes of a report. */
  reading(name: string): Promise<ReportReading>;
}

const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Makes a folder with these files; it is removed after the test. */
export function workshop(files: Readonly<Record<string, string | Uint8Array>> = {}): Workshop {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-agent-")));
  made.push(dir);
  const write = (name: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  const read = (name: string): string => readFileSync(join(dir, name), "utf8");
  return {
    dir,
    write,
    read,
    age(name, seconds) {
      const time = Date.now() / 1_000 + seconds;
      utimesSync(join(dir, name), time, time);
    },
    git(...args) {
      const who = ["-c", "user.name=Robin", "-c", "user.email=robin@localhost", "-c", "init.defaultBranch=main"];
      const { status, stdout, stderr } = spawnSync("git", [...who, ...args], { cwd: dir, encoding: "utf8" });
      if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
      return stdout;
    },
    async attempt(agent, { args = [], env = {}, input = {}, title = "Do it" } = {}) {
      const task = { ...TASK, plan: { ...TASK.plan, path: join(dir, "PLAN.md") }, workspace: dir, ...input };
      const given = JSON.stringify({ ...task, task: { ...TASK.task, title, ...taskOf(input) } });
      const ended = await start(dir, [scriptOf(agent), ...args], { HOLDPOINT_TASK: "T-1", ...env }, given);
      return { ...ended, ...heard(ended.stdout) };
    },
    async check(agent, args = [], env = {}) {
      const ended = await start(dir, [scriptOf(agent), "--check", ...args], env, "");
      const metrics: Record<string, string> = {};
      for (const line of ended.stdout.split("\n")) {
        const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
        if (key !== undefined && value !== undefined) metrics[key] = value;
      }
      return { ...ended, metrics };
    },
    reading: (name) => readReport(readFileSync(join(dir, name))),
  };
}

/** Metrics of a reading by name. */
export function metricsOf(reading: ReportReading): Record<string, unknown> {
  return Object.fromEntries(reading.metrics.map(({ key, value }) => [key, value]));
}

/** The script of a first-party agent. */
export function scriptOf(agent: string): string {
  return join(import.meta.dirname, "..", agent, `${agent}.mjs`);
}

const TASK: TaskInput = {
  schema: "holdpoint/task/v1",
  task: { key: "t1", id: "T-1", title: "Do it", line: 3, kind: "task", owners: [] },
  plan: { path: "PLAN.md", title: "A plan", digest: "sha256:0" },
  attempt: 1,
  gates: [],
  refusal: null,
  workspace: "",
};

function taskOf(input: Readonly<Record<string, unknown>>): object {
  const { task } = input;
  return typeof task === "object" && task !== null ? task : {};
}

function heard(stdout: string): Omit<Attempt, keyof Ended> {
  const lines = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const known = readAgentLine(line);
      if (known === null) throw new Error(`not a line of the protocol: ${line}`);
      return known;
    });
  const last = lines.at(-1);
  return {
    lines,
    outcome: last?.type === "result" ? last.outcome : "none",
    summary: last?.type === "result" ? (last.summary ?? "") : "",
    evidence: Object.fromEntries(
      lines.flatMap((line) =>
        line.type === "evidence" ? [[line.metric, `${String(line.value)}${line.unit ?? ""}`]] : [],
      ),
    ),
    artifacts: lines.flatMap((line) => (line.type === "artifact" ? [line.path] : [])),
  };
}

/** Runs Node on a script, without what the test runner above leaves in the environment. */
function start(
  cwd: string,
  argv: readonly string[],
  more: Readonly<Record<string, string>>,
  input: string,
): Promise<Ended> {
  const { PATH = "", HOME = "", GOCACHE, GOPATH } = process.env;
  const go = { ...(GOCACHE === undefined ? {} : { GOCACHE }), ...(GOPATH === undefined ? {} : { GOPATH }) };
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, argv, { cwd, env: { PATH, HOME, ...go, ...more } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    child.once("error", fail);
    child.once("close", (exit) => {
      done({ exit, stdout: Buffer.concat(out).toString("utf8"), stderr: Buffer.concat(err).toString("utf8") });
    });
  });
}
