// @ts-check
/** Metric lines about licences, the lockfile, file sizes and the pages of problems. */
import { spawnSync } from "node:child_process";
import { root } from "../install.mjs";

for (const script of ["tools/licences.mjs", "tools/file-sizes.mjs", "tools/problem-pages.mjs"]) {
  const ended = spawnSync(process.execPath, [script], { cwd: root, encoding: "utf8" });
  process.stdout.write(ended.stdout);
  process.stderr.write(ended.stderr);
  if (ended.status !== 0) process.exitCode = 1;
}
