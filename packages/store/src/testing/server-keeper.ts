/**
 * Keeps database servers for a whole run of tests, so that not each test file has to make and start its own: a global
 * set-up of vitest. A server is started when the first file asks for it. Each worker has servers of its own, and runs one
 * file after another: what a file does to a server meets no other file that is running.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type ServerAddress, startThrowAwayServer, type ThrowAwayServer } from "./throw-away-server.ts";

/** Names the keeper's socket to the processes of test files. */
const KEEPER = "HOLDPOINT_TEST_SERVERS";

/** What the keeper tells. */
type Told = { readonly address: ServerAddress } | { readonly error: string };

/** Begins to keep servers; answers what stops all of them. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-keeper-"));
  const path = join(folder, "socket");
  const kept = new Map<string, Promise<ThrowAwayServer>>();
  const serverFor = (worker: string, binDir: string | null): Promise<ThrowAwayServer> => {
    const key = JSON.stringify([worker, binDir]);
    const server = kept.get(key) ?? startThrowAwayServer(binDir);
    kept.set(key, server);
    return server;
  };
  const keeper = createServer(({ url = "" }, response) => {
    const { searchParams } = new URL(url, "http://keeper");
    serverFor(searchParams.get("worker") ?? "", searchParams.get("binDir")).then(
      ({ address }) => response.end(JSON.stringify({ address })),
      (error: unknown) => response.end(JSON.stringify({ error: String(error) })),
    );
  });
  keeper.listen(path);
  await once(keeper, "listening");
  process.env[KEEPER] = path;
  return async () => {
    keeper.close();
    for (const server of await Promise.allSettled(kept.values())) {
      if (server.status === "fulfilled") await server.value.stop();
    }
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Asks for this worker's server. @returns null where nobody keeps any @throws Error when it could not be started */
export async function askForServer(binDir: string | null): Promise<ServerAddress | null> {
  const { [KEEPER]: socketPath, VITEST_POOL_ID: worker } = process.env;
  if (socketPath === undefined || worker === undefined) return null;
  const asked = new URLSearchParams({ worker, ...(binDir === null ? {} : { binDir }) });
  const [answer]: IncomingMessage[] = await once(get({ socketPath, path: `/?${asked.toString()}` }), "response");
  if (answer === undefined) throw new Error("the keeper of test servers does not answer");
  const told: Told = JSON.parse(await text(answer));
  if ("error" in told) throw new Error(told.error);
  return told.address;
}
