import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BIN } from "../e2e/built-cli.ts";
import { outerEnvironment } from "../e2e/outer-environment.ts";

/** A replica in a process of its own. */
export interface ReplicaProcess {
  readonly url: string;
  readonly token: string;
  readonly child: ChildProcess;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
  /** Lets it end in order. */
  stop(): Promise<void>;
}

/**
 * Starts `holdpoint up` on a database.
 *
 * @param folder the replica's own, for the note that says how it is reached
 * @param env more of its environment
 */
export async function startReplica(
  databaseUrl: string,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ReplicaProcess> {
  const args = [
    BIN,
    "up",
    "--port",
    "0",
    "--database-url",
    databaseUrl,
    "--data-dir",
    folder,
    "--log-level",
    "warn",
    "--json",
  ];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...outerEnvironment(), ...env },
  });
  const gone = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) throw new Error("the replica ended before it was ready");
  const { url }: { readonly url: string } = JSON.parse(first.value);
  const note: { readonly token: string } = JSON.parse(readFileSync(join(folder, ".holdpoint/server.json"), "utf8"));
  const end = async (signal: "SIGKILL" | "SIGTERM"): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await gone;
    }
  };
  return { url, token: note.token, child, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
}
