import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "../../tools/build.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The launcher that npm links. */
export const BIN: string = join(root, "packages/cli/bin/holdpoint.mjs");

const LOCK = join(tmpdir(), `holdpoint-build-${root.replaceAll(/\W+/g, "-")}`);
const LONGEST_BUILD_MS = 60_000;

/** Builds the command line when it is older than its sources; test files that start at once wait for one build. */
export async function ensureBuilt(): Promise<void> {
  const until = performance.now() + LONGEST_BUILD_MS;
  for (;;) {
    try {
      mkdirSync(LOCK);
      break;
    } catch {
      // A build that was killed must not keep all later ones from being made.
      if (performance.now() > until) rmdirSync(LOCK);
      await pause(50);
    }
  }
  try {
    const main = join(root, "packages/cli/dist/main.js");
    if (!existsSync(main) || newest(join(root, "packages")) > statSync(main).mtimeMs) await build();
  } finally {
    rmdirSync(LOCK);
  }
}

/** When a source was changed last, milliseconds since the epoch. */
function newest(packages: string): number {
  let latest = 0;
  for (const name of readdirSync(packages)) {
    const src = join(packages, name, "src");
    if (!existsSync(src)) continue;
    for (const file of readdirSync(src, { recursive: true, encoding: "utf8" })) {
      if (file.endsWith(".ts") && !/\.(test|testing)\.ts$/.test(file)) {
        latest = Math.max(latest, statSync(join(src, file)).mtimeMs);
      }
    }
  }
  return latest;
}
