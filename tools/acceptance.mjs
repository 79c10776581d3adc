// @ts-check
/** `npm run acceptance`: judges ACCEPTANCE.md with Holdpoint itself. Exit code 1 only when a critical gate is not open. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root, run } from "./install.mjs";

if (!existsSync(join(root, "packages/cli/dist/main.js"))) await build();
measure("chaos");
measure("simulate");
measure("speed");
measure("rehearsal");
measure("fuzz");
const holdpoint = join(root, "packages/cli/bin/holdpoint.mjs");
const code = run(process.execPath, [holdpoint, "verify", "ACCEPTANCE.md", "--trust", ...process.argv.slice(2)], {
  allowFailure: true,
});
process.exit(code);

/** Writes a script's metric lines for its check to read; a script that fails leaves none. @param {string} name */
function measure(name) {
  const file = join(root, "coverage", `${name}.metrics`);
  rmSync(file, { force: true });
  mkdirSync(join(root, "coverage"), { recursive: true });
  const ended = spawnSync(process.execPath, [`tools/acceptance/${name}.mjs`], { cwd: root, encoding: "utf8" });
  process.stderr.write(ended.stderr);
  if (ended.status === 0) writeFileSync(file, ended.stdout);
}
