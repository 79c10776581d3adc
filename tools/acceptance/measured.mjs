/** Prints what `npm run acceptance` has measured just before: metric lines that are at most an hour old. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "../install.mjs";

const file = join(root, "coverage", `${process.argv[2] ?? ""}.metrics`);
const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
if (age > 3_600_000) {
  process.stderr.write(`${file} is missing or older than an hour; run npm run acceptance.\n`);
  process.exit(1);
}
process.stdout.write(readFileSync(file, "utf8"));
