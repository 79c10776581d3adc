import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostgresBinaries } from "../embedded/binaries.ts";
import { type EmbeddedOptions, startEmbedded } from "../embedded/embedded-postgres.ts";

/** How a server is reached. */
export interface ServerAddress {
  /** Major version. */
  readonly version: number;
  /** The folder of its socket. */
  readonly host: string;
  readonly user: string;
  readonly password: string;
}

/** A server that never waits for the disk, in a folder of its own. */
export interface ThrowAwayServer {
  readonly address: ServerAddress;
  /** Stops it and removes its files. */
  stop(): Promise<void>;
}

/** Starts one. @param binDir where its programs are; the embedded ones when null */
export async function startThrowAwayServer(binDir: string | null): Promise<ThrowAwayServer> {
  const dataDir = mkdtempSync(join(tmpdir(), "holdpoint-test-"));
  const options: EmbeddedOptions = { dataDir, now: 0, durable: false };
  const server = await startEmbedded(binDir === null ? options : { ...options, binaries: binariesIn(binDir) });
  return {
    address: { version: server.version, ...server.connection },
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function binariesIn(dir: string): PostgresBinaries {
  return { initdb: join(dir, "initdb"), postgres: join(dir, "postgres"), libraryDir: null };
}
