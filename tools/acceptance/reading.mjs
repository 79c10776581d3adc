// @ts-check
/**
 * Metric lines about precision and recall of the reader: on the project's own documents always, on real ones where a
 * folder of them is named by `HOLDPOINT_PLANS`.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bin, root } from "../install.mjs";

score("own", join(root, "test/reading/documents"));
const plans = process.env["HOLDPOINT_PLANS"] ?? "";
if (existsSync(plans)) score("real", plans);
else process.stderr.write("No folder of real plans here (HOLDPOINT_PLANS); their gates stay without evidence.\n");

/** @param {string} name @param {string} folder */
function score(name, folder) {
  const ended = spawnSync(bin("tsx"), ["test/reading/score.ts", folder, "--json"], { cwd: root, encoding: "utf8" });
  if (ended.status !== 0) {
    process.stderr.write(ended.stderr);
    process.exit(1);
  }
  const { total } = JSON.parse(ended.stdout);
  process.stdout.write(`${name}_documents=${total.documents}\n`);
  for (const sort of ["items", "gates"]) {
    const word = sort === "items" ? "item" : "gate";
    process.stdout.write(`${name}_${word}_precision=${(total[sort].precision * 100).toFixed(2)}%\n`);
    process.stdout.write(`${name}_${word}_recall=${(total[sort].recall * 100).toFixed(2)}%\n`);
  }
}
