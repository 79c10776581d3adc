// @ts-check
/** `npm run acceptance`: judges ACCEPTANCE.md with Holdpoint itself. Exit code 1 only when a critical gate is not open. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root, run } from "./install.mjs";

if (!existsSync(join(root, "packages/cli/dist/main.js"))) await build();
const holdpoint = join(root, "packages/cli/bin/holdpoint.mjs");
const code = run(process.execPath, [holdpoint, "verify", "ACCEPTANCE.md", "--trust", ...process.argv.slice(2)], {
  allowFailure: true,
});
process.exit(code);
