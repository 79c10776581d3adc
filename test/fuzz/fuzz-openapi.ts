/**
 * `npm run fuzz:openapi`: Schemathesis against every operation of the OpenAPI document of a real server. Fails on any
 * answer of 5xx, and on any that does not fit the document. `-- --short` takes about a minute.
 *
 * Schemathesis is installed from the Python package index into a folder of its own, which the next run uses again.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CACHE, ensureSchemathesis, MISSING_EXIT, MissingTool } from "./ensure-schemathesis.ts";
import { startFuzzedServer } from "./fuzzed-server.ts";

const SEED = 20260101;
/** Requests for each operation in each phase at most, and the time of the whole run, seconds. */
const BOUNDS = { short: { examples: 5, maxTimeS: 60 }, whole: { examples: 40, maxTimeS: 600 } } as const;

const { examples, maxTimeS } = BOUNDS[process.argv.includes("--short") ? "short" : "whole"];
process.exitCode = await main();

async function main(): Promise<number> {
  let command: string;
  try {
    command = ensureSchemathesis(process.env["PYTHON"] ?? "python3", CACHE);
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error;
    process.stderr.write(`${error.message}\n`);
    return MISSING_EXIT;
  }
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-fuzzing-"));
  const server = await startFuzzedServer();
  try {
    const worldFile = join(folder, "world.json");
    writeFileSync(worldFile, JSON.stringify(server.world), { mode: 0o600 });
    const { url, token } = server.world;
    const found = await fuzz(command, folder, url, { HOLDPOINT_FUZZ_WORLD: worldFile, HOLDPOINT_FUZZ_TOKEN: token });
    for (const line of server.complaints()) process.stdout.write(`server: ${line}\n`);
    return found === 0 && server.complaints().length > 0 ? 1 : found;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function fuzz(command: string, folder: string, url: string, env: Readonly<Record<string, string>>): Promise<number> {
  const bounds = ["--seed", String(SEED), "--max-examples", String(examples), "--max-time", String(maxTimeS)];
  const config = ["--config-file", join(import.meta.dirname, "schemathesis.toml")];
  const args = [...config, "run", `${url}/openapi.json`, ...bounds, "--no-color"];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      // It keeps what it found where it is started.
      cwd: folder,
      env: { ...process.env, ...env, SCHEMATHESIS_HOOKS: join(import.meta.dirname, "hooks.py") },
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  });
}
