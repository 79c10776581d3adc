// Writes src/migrations.generated.ts from src/migrations/*.sql, so that a bundled program carries its migrations with it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { transform } from "esbuild";

const dir = new URL("src/migrations/", import.meta.url);
const entries = readdirSync(dir)
  .filter((file) => file.endsWith(".sql"))
  .sort()
  .map((file) => ({ name: file.slice(0, -".sql".length), sql: readFileSync(new URL(file, dir), "utf8") }));
const text = `// Generated from migrations/*.sql by packages/store/generate.mjs. Do not edit.
import type { Migration } from "./migrate.ts";

/** Every migration, in order. */
export const MIGRATIONS: readonly Migration[] = ${JSON.stringify(entries, null, 2)};
`;
writeFileSync(new URL("src/migrations.generated.ts", import.meta.url), text);

// The thread of the database in WebAssembly, as JavaScript text: a bundled program has no file to start it from.
const worker = readFileSync(new URL("src/embedded/wasm-worker.ts", import.meta.url), "utf8");
const { code } = await transform(worker, { loader: "ts", format: "cjs", platform: "node", target: "node20.19" });
const carried = `// Generated from wasm-worker.ts by packages/store/generate.mjs. Do not edit.

/** What the worker thread runs. */
export const WASM_WORKER: string = ${JSON.stringify(code)};
`;
writeFileSync(new URL("src/embedded/wasm-worker.generated.ts", import.meta.url), carried);
