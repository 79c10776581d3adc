import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { VerificationReport } from "../../packages/cli/src/report/report-model.ts";
import { BIN, ensureBuilt } from "./built-cli.ts";

/** How a call ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** The object that `verify --json` and `run --json` print, as far as tests look at it. */
export type Verification = Pick<
  VerificationReport,
  "gates" | "leftOut" | "items" | "checks" | "notAllowed" | "work" | "exitCode" | "isolation" | "claimed" | "verified"
>;

/** A call that goes on. */
export interface Going {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when a file exists in the folder, which an agent or a check has made. */
  exists(path: string): Promise<void>;
}

/** A folder with a plan, and the built command line in it, with a home of its own. */
export interface Workshop {
  readonly dir: string;
  /** Calls `holdpoint` and waits for its end. */
  readonly call: (...args: readonly string[]) => Promise<Ended>;
  /** Calls with `--json` and reads the one object. */
  readonly json: (...args: readonly string[]) => Promise<Ended & { readonly report: Verification }>;
  /** Begins a call. */
  readonly start: (args: readonly string[], env?: Readonly<Record<string, string>>) => Going;
  readonly write: (path: string, text: string) => void;
  readonly read: (path: string) => string;
  readonly has: (path: string) => boolean;
  /** Makes the folder a repository with one commit. */
  readonly git: () => void;
  /** Command lines of processes that still run in or for this folder. */
  readonly processes: () => readonly string[];
  /** Ends what runs and removes the folder. */
  readonly close: () => void;
}

/** A stopped, empty database of this version, made once and copied: tests begin with it as a second run would. */
let template: Promise<string> | null = null;

async function makeTemplate(): Promise<string> {
  await ensureBuilt();
  const dir = mkdtempSync(join(tmpdir(), "holdpoint-e2e-template-"));
  writeFileSync(join(dir, "PLAN.md"), "# Template\n");
  const made = await launch(dir, ["verify", "PLAN.md"], {}).ended;
  if (made.code !== 2) throw new Error(`the template could not be made: ${made.err}`);
  return dir;
}

/** Removes the database that workshops are copied from; each test file ends with it. */
export async function closeTemplate(): Promise<void> {
  const dir = await template;
  template = null;
  if (dir !== null) for (const folder of [dir, `${dir}-home`]) rmSync(folder, { recursive: true, force: true });
}

/** Opens a folder with these files; agents are given as name and shell command. */
export async function openWorkshop(files: Readonly<Record<string, string>>): Promise<Workshop> {
  template ??= makeTemplate();
  const from = await template;
  const dir = mkdtempSync(join(tmpdir(), "holdpoint-e2e-"));
  mkdirSync(join(dir, ".holdpoint"), { mode: 0o711 });
  cpSync(join(from, ".holdpoint", "pg"), join(dir, ".holdpoint", "pg"), { recursive: true, preserveTimestamps: true });
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const going: Going[] = [];
  const start: Workshop["start"] = (args, env = {}) => {
    const one = launch(dir, args, env);
    going.push(one);
    return one;
  };
  return {
    dir,
    start,
    write,
    call: (...args) => start(args).ended,
    json: async (...args) => {
      const ended = await start([...args, "--json"]).ended;
      return { ...ended, report: JSON.parse(ended.out) as Verification };
    },
    read: (path) => readFileSync(join(dir, path), "utf8"),
    has: (path) => existsSync(join(dir, path)),
    git: () => {
      const git = (...args: string[]): void => void execFileSync("git", args, { cwd: dir, stdio: "ignore" });
      write(".gitignore", ".holdpoint/\n");
      git("init", "-q");
      git("add", "-A");
      git("-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-qm", "begin");
    },
    processes: () => processesOf(dir),
    close: () => {
      for (const { child } of going) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      for (const folder of [dir, `${dir}-home`]) {
        rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
      }
    },
  };
}

function launch(dir: string, args: readonly string[], env: Readonly<Record<string, string>>): Going {
  const home = `${dir}-home`;
  mkdirSync(home, { recursive: true });
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: dir,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      XDG_STATE_HOME: join(home, "state"),
      XDG_CONFIG_HOME: join(home, "config"),
      // The database is a copy of the template's, and another home has another key.
      HOLDPOINT_ADOPT_DATABASE: join(dir, ".holdpoint", "pg"),
      ...env,
    },
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (err += text));
  const ended = once(child, "close").then(
    ([code, signal]: unknown[]): Ended => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      out,
      err,
    }),
  );
  return {
    child,
    ended,
    exists: async (path) => {
      let over = false;
      void ended.then(() => (over = true));
      while (!existsSync(join(dir, path))) {
        if (over) throw new Error(`it ended before ${path} was there: ${err}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

function processesOf(dir: string): readonly string[] {
  const found: string[] = [];
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      const cwd = readlinkSync(`/proc/${pid}/cwd`);
      if (line !== "" && (line.includes(dir) || cwd.startsWith(dir))) found.push(`${pid} ${line.slice(0, 200)}`);
    } catch {
      // It ended meanwhile, or is not ours to look at.
    }
  }
  return found;
}

/** The manifest of an agent that takes any task and runs a shell command. */
export function agent(name: string, command: string, more = ""): Readonly<Record<string, string>> {
  return {
    [`agents/${name}.yaml`]: `name: ${name}\ncapabilities: [${more === "" ? "any" : more}]\ncommand: ${JSON.stringify(command)}\nbackoff: { first: 50ms, longest: 100ms }\n`,
  };
}
