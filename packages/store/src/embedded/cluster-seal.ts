import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { problem } from "@holdpoint/core";
import { storeProblems } from "../store.problems.ts";
import type { ClusterPaths } from "./cluster-paths.ts";

const KEY = /^[0-9a-f]{64}$/;
/** Files in a data directory with which PostgreSQL runs a program or follows another server as it starts. */
const SIGNALS = ["recovery.signal", "standby.signal"];

/** The environment variable that names a `pg` directory of the user's own that was copied or brought from elsewhere. */
const ADOPT_DATABASE = "HOLDPOINT_ADOPT_DATABASE";

/** Where the user's key for database directories is: outside of every repository. */
export function storeKeyFile(env: NodeJS.ProcessEnv): string {
  const base = env["XDG_CONFIG_HOME"];
  const folder = base !== undefined && isAbsolute(base) ? base : join(homedir(), ".config");
  return join(folder, "holdpoint", "store.key");
}

/**
 * Seals a data directory as made by this user: an HMAC over its inode and password, with the user's key.
 *
 * The inode stays when a folder above is moved or renamed, and no copy has it.
 *
 * @param data the directory as it is named now; it may be renamed afterwards
 * @throws HoldpointError HP6009 when the key can be neither read nor made
 */
export function sealCluster(paths: ClusterPaths, data: string, env: NodeJS.ProcessEnv = process.env): void {
  const text = sealOf(paths, data, userKey(storeKeyFile(env)));
  rmSync(paths.seal, { force: true, recursive: true });
  writeFileSync(paths.seal, `${text}\n`, { mode: 0o600, flag: "wx" });
}

/**
 * Refuses a data directory that this user's Holdpoint did not make, or that would run something as it starts.
 *
 * @throws HoldpointError HP6007 without a seal of this user, HP6008 for what steers a recovery, HP6009 without a key
 */
export function checkCluster(paths: ClusterPaths, env: NodeJS.ProcessEnv = process.env): void {
  refuseSteering(paths.data);
  const adopted = env[ADOPT_DATABASE];
  if (adopted !== undefined && adopted === paths.root) {
    sealCluster(paths, paths.data, env);
    return;
  }
  const key = readKey(storeKeyFile(env));
  const given = Buffer.from(readOr(paths.seal, "").trim());
  const expected = Buffer.from(key === null ? "" : sealOf(paths, paths.data, key));
  const isOurs = key !== null && given.length === expected.length && timingSafeEqual(given, expected);
  if (!isOurs) throw problem(storeProblems, "HP6007", { dir: paths.root }, { file: paths.root });
}

function refuseSteering(data: string): void {
  const signal = SIGNALS.find((name) => existsSync(join(data, name)));
  const settings = readOr(join(data, "postgresql.auto.conf"), "").split("\n");
  const steered = settings.some((line) => !/^\s*(?:#|$)/.test(line));
  const name = signal ?? (steered ? "postgresql.auto.conf" : null);
  if (name !== null) throw problem(storeProblems, "HP6008", { file: join(data, name) }, { file: join(data, name) });
}

function sealOf(paths: ClusterPaths, data: string, key: string): string {
  const password = readOr(paths.password, "").trim();
  const about = JSON.stringify(["holdpoint/cluster/v1", String(statSync(data, { bigint: true }).ino), password]);
  return createHmac("sha256", Buffer.from(key, "hex")).update(about).digest("hex");
}

/** Null when there is none yet. */
function readKey(file: string): string | null {
  try {
    const text = readFileSync(file, "utf8").trim();
    if (KEY.test(text)) return text;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw noKey(file, error);
  }
  throw noKey(file, new Error("it is no key"));
}

/** The key, made at first use; a link appears whole and never replaces, so the first one made counts. */
function userKey(file: string): string {
  const known = readKey(file);
  if (known !== null) return known;
  const draft = `${file}.${randomBytes(6).toString("hex")}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw noKey(file, error);
  } finally {
    rmSync(draft, { force: true });
  }
  return readKey(file) ?? userKey(file);
}

function noKey(file: string, cause: unknown): Error {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return problem(storeProblems, "HP6009", { file, detail }, { file, cause });
}

function readOr(file: string, other: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return other;
  }
}
