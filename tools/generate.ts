/**
 * Writes what is generated from the code: the JSON Schemas of the contract, and the reference pages of schemas, problems,
 * commands and exit codes. With `--check` nothing is written: the files that differ are listed and the exit code is 1.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compareFiles, writeFiles } from "./generate/file-set.ts";
import { generatedFiles } from "./generate/generated-files.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const files = await generatedFiles(root);
const differences = compareFiles(root, files);
if (process.argv.includes("--check")) {
  for (const { path, why } of differences) process.stderr.write(`${why.padEnd(9)} ${path}\n`);
  if (differences.length > 0) {
    process.stderr.write(`${differences.length} generated files differ; write them with: npm run generate\n`);
    process.exitCode = 1;
  } else process.stdout.write(`${files.contents.size} generated files are as they should be\n`);
} else {
  writeFiles(root, files);
  process.stdout.write(`${differences.length} of ${files.contents.size} generated files written\n`);
}
