import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { planMounts } from "./mount-plan.ts";
import { parseMountInfo } from "./mount-table.ts";
import { type IsolationMode, isolatedArgv, NO_PROTECTION, READY } from "./prelude.ts";

/** What this machine lets us do to keep commands away from the evidence; `holdpoint doctor` prints it. */
export interface IsolationReport {
  /** How it is had, or null when it cannot be had. */
  readonly mode: IsolationMode | null;
  /** Why not; null when it works. */
  readonly reason: string | null;
  /** Each way that was tried, with what came of it. */
  readonly tried: readonly { readonly mode: IsolationMode; readonly outcome: string }[];
}

/** Bit of CAP_SYS_ADMIN in `/proc/self/status`. */
const SYS_ADMIN = 1n << 21n;

let known: IsolationReport | undefined;

/** Finds out once in this process whether commands can be isolated here, by doing it. Takes about 50 ms. */
export function probeIsolation(): IsolationReport {
  known ??= findIsolation(process.platform);
  return known;
}

/** As {@link probeIsolation}, without remembering. */
export function findIsolation(platform: NodeJS.Platform): IsolationReport {
  if (platform !== "linux")
    return { mode: null, reason: `namespaces exist on Linux only, this is ${platform}`, tried: [] };
  const tried: { mode: IsolationMode; outcome: string }[] = [];
  for (const mode of maySysAdmin() ? (["root", "user"] as const) : (["user"] as const)) {
    const outcome = tryMode(mode);
    tried.push({ mode, outcome });
    if (outcome === READY) return { mode, reason: null, tried };
  }
  return { mode: null, reason: explain(tried.map((attempt) => attempt.outcome).join("; ")), tried };
}

/** Does all that a real run does, with `true` as the command. */
function tryMode(mode: IsolationMode): string {
  const plan = planMounts({ protection: NO_PROTECTION, writable: [], ...machine() });
  if (!plan.possible) return plan.reason;
  const [program = "", ...args] = isolatedArgv(mode, plan.steps, "/", ["/bin/sh", "-c", "exit 0"]);
  const run = spawnSync(program, args, { stdio: ["ignore", "ignore", "pipe", "ignore"], timeout: 10_000 });
  if (run.error !== undefined) return `${program}: ${run.error.message}`;
  const said = run.stderr.toString("utf8").trim();
  return run.status === 0 && said === READY ? READY : said || `it ended with status ${run.status ?? run.signal}`;
}

/** The mounts and the user of this process. */
export function machine(): { mounts: ReturnType<typeof parseMountInfo>; uid: number } {
  return { mounts: parseMountInfo(readFileSync("/proc/self/mountinfo", "utf8")), uid: process.geteuid?.() ?? -1 };
}

/** Adds what to look at to the messages of the kernel. */
function explain(outcome: string): string {
  const switches = [
    ["/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "AppArmor restricts user namespaces"],
    ["/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone is 0"],
    ["/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces is 0"],
  ] as const;
  const why = switches.filter(([file, value]) => readOr(file) === value).map(([, , text]) => text);
  return [outcome.replaceAll(/\s+/g, " ").slice(0, 300), ...why].join("; ");
}

function maySysAdmin(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readOr("/proc/self/status"))?.[1];
  return effective !== undefined && (BigInt(`0x${effective}`) & SYS_ADMIN) !== 0n;
}

function readOr(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}
