// @ts-check
/** Writes what is generated from the code: JSON Schemas and reference pages. `--check` only compares, and fails. */
import { bin, ensureInstalled, run } from "./install.mjs";

ensureInstalled();
run(bin("tsx"), ["tools/generate.ts", ...process.argv.slice(2)]);
