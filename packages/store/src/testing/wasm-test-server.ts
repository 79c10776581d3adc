import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wasmBackend } from "../backend.ts";
import { clusterPaths } from "../embedded/cluster.ts";
import { sealCluster } from "../embedded/cluster-seal.ts";
import { startWasm, WASM_DIR } from "../embedded/wasm-postgres.ts";
import { openBackend } from "../store.ts";
import type { Store } from "../store.types.ts";
import type { TestServer } from "./test-server.types.ts";

/** PostgreSQL in WebAssembly that never waits for the disk: each store has one of its own, copied from a template. */
export async function startWasmTestServer(): Promise<TestServer> {
  const root = mkdtempSync(join(tmpdir(), "holdpoint-wasm-"));
  const template = join(root, "template");
  const stores: Store[] = [];
  const open = async (dataDir: string, now: () => number): Promise<Store> =>
    await openBackend({ runtime: { now } }, wasmBackend(await startWasm({ dataDir, now: 0, durable: false })));
  const first = await open(template, () => 0);
  await first.close();
  return {
    version: first.serverVersion,
    emptyDatabase: hasNoAddress,
    migratedDatabase: hasNoAddress,
    openStore: async (now) => {
      const dataDir = join(root, `copy-${stores.length}`);
      cpSync(template, dataDir, { recursive: true });
      const paths = clusterPaths(join(dataDir, ".holdpoint", WASM_DIR));
      sealCluster(paths, paths.data);
      const store = await open(dataDir, now);
      stores.push(store);
      return store;
    },
    stop: async () => {
      for (const store of stores) await store.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function hasNoAddress(): Promise<never> {
  return Promise.reject(new Error("PostgreSQL in WebAssembly has no address"));
}
