import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { problem } from "@holdpoint/core";
import { storeProblems } from "../store.problems.ts";
import type { PostgresBinaries } from "./binaries.ts";
import type { ClusterPaths } from "./cluster-paths.ts";
import { checkCluster, sealCluster } from "./cluster-seal.ts";
import { runToEnd } from "./guarded-process.ts";
import { giveTo, type RunAs } from "./run-as.ts";

/** The one database user; its password is random and kept in {@link ClusterPaths.password}. */
export const CLUSTER_USER = "holdpoint";

/** How a data directory is made and started. */
export interface ClusterSettings {
  readonly binaries: PostgresBinaries;
  readonly runAs: RunAs;
  /** False only for throw-away databases of tests. */
  readonly durable: boolean;
}

/** The paths below a `pg` directory. */
export function clusterPaths(root: string): ClusterPaths {
  return {
    root,
    data: join(root, "data"),
    run: join(root, "run"),
    log: join(root, "postgres.log"),
    password: join(root, "password"),
    seal: join(root, "seal"),
    config: join(root, "holdpoint.conf"),
    access: join(root, "access.conf"),
    known: join(root, "known"),
  };
}

/**
 * Makes the data directory where there is none yet; one that was begun and not finished is made anew.
 *
 * @returns the password and whether the directory was made now
 * @throws HoldpointError HP6004 when `initdb` fails; HP6005 when the directory is of another major version;
 * HP6007, HP6008 or HP6009 when it is not known to be this user's
 */
export function prepareCluster(paths: ClusterPaths, settings: ClusterSettings): { password: string; created: boolean } {
  mkdirSync(paths.run, { recursive: true, mode: 0o700 });
  for (const path of [paths.root, paths.run]) giveTo(settings.runAs, path);
  if (existsSync(join(paths.data, "PG_VERSION")) && existsSync(paths.password)) {
    checkCluster(paths);
    checkVersion(paths, settings);
    return { password: readFileSync(paths.password, "utf8").trim(), created: false };
  }
  const password = randomBytes(32).toString("base64url");
  writeFileSync(paths.password, `${password}\n`, { mode: 0o600 });
  giveTo(settings.runAs, paths.password);
  initialise(paths, settings);
  return { password, created: true };
}

/** What would make the server run a program, load a library or listen to another server; these win over any file. */
const RUNS_NOTHING: Readonly<Record<string, string>> = {
  restore_command: "",
  recovery_end_command: "",
  archive_cleanup_command: "",
  archive_mode: "off",
  archive_command: "",
  archive_library: "",
  primary_conninfo: "",
  shared_preload_libraries: "",
  session_preload_libraries: "",
  local_preload_libraries: "",
  dynamic_library_path: "$libdir",
  external_pid_file: "",
  ssl: "off",
  ssl_passphrase_command: "",
};

/** Writes our own configuration and access rules, and returns the options that put them in the place of all others. */
export function ownConfiguration(paths: ClusterPaths, runAs: RunAs): readonly string[] {
  const files: readonly (readonly [string, string])[] = [
    [paths.config, "# Every setting is an argument of the server.\n"],
    [paths.access, "local all all scram-sha-256\n"],
  ];
  for (const [file, text] of files) {
    rmSync(file, { recursive: true, force: true });
    writeFileSync(file, text, { mode: 0o600, flag: "wx" });
    giveTo(runAs, file);
  }
  return ["-c", `config_file=${paths.config}`, "-c", `hba_file=${paths.access}`, "-c", `ident_file=${paths.config}`];
}

/** The options of the server, small and durable. Written for PostgreSQL 15 and newer. */
export function serverOptions(socketDir: string, version: number, durable: boolean): readonly string[] {
  const options: Record<string, string> = {
    listen_addresses: "",
    unix_socket_directories: socketDir,
    unix_socket_permissions: "0700",
    max_connections: "40",
    shared_buffers: "32MB",
    max_wal_size: "256MB",
    wal_compression: "on",
    max_worker_processes: "2",
    max_parallel_workers_per_gather: "0",
    autovacuum_naptime: "10s",
    jit: "off",
    fsync: durable ? "on" : "off",
    synchronous_commit: durable ? "on" : "off",
    full_page_writes: durable ? "on" : "off",
    log_min_messages: "warning",
    logging_collector: "off",
    TimeZone: "UTC",
    ...RUNS_NOTHING,
  };
  if (version >= 17) options["allow_alter_system"] = "off";
  // The worker processes for reading ahead of PostgreSQL 18 are of no use to a database this small.
  if (version >= 18) options["io_method"] = "sync";
  return Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Major version of the binaries: 18 of `postgres (PostgreSQL) 18.4`. */
export function majorVersion(settings: ClusterSettings): number {
  const { binaries, runAs } = settings;
  const { output } = runToEnd({ argv: [binaries.postgres, "--version"], binaries, runAs, cwd: "/" });
  return Number(/\(PostgreSQL\) (\d+)/.exec(output)?.[1] ?? 0);
}

function checkVersion(paths: ClusterPaths, settings: ClusterSettings): void {
  const found = readFileSync(join(paths.data, "PG_VERSION"), "utf8").trim();
  const expected = majorVersion(settings);
  if (found !== String(expected)) throw problem(storeProblems, "HP6005", { dir: paths.data, found, expected });
}

/** Under another name until it is whole, so that a killed `initdb` leaves nothing that looks like a database. */
function initialise(paths: ClusterPaths, settings: ClusterSettings): void {
  const { binaries, runAs } = settings;
  const draft = join(paths.root, `new-${randomUUID()}`);
  mkdirSync(draft, { mode: 0o700 });
  giveTo(runAs, draft);
  const argv = [binaries.initdb, "-D", draft, `--username=${CLUSTER_USER}`, `--pwfile=${paths.password}`];
  argv.push("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions");
  if (!settings.durable) argv.push("--no-sync");
  const { status, output } = runToEnd({ argv, binaries, runAs, cwd: paths.root });
  if (status !== 0) {
    rmSync(draft, { recursive: true, force: true });
    const detail = output.trim().split("\n").slice(-3).join(" ") || `initdb ended with ${status}`;
    throw problem(storeProblems, "HP6004", { dir: paths.data, detail, log: paths.log });
  }
  sealCluster(paths, draft);
  rmSync(paths.data, { recursive: true, force: true });
  renameSync(draft, paths.data);
}
