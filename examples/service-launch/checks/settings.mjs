import { existsSync, readFileSync } from "node:fs";

/**
 * Reads the JSON file that a task of the plan writes for a check. Ends the check with exit 1, and without any metric,
 * when that task has not been done.
 *
 * @param {string} file
 */
export function settingsFrom(file) {
  if (!existsSync(file)) {
    process.stderr.write(`nothing to measure by: ${file} is not there yet\n`);
    process.exit(1);
  }
  return JSON.parse(readFileSync(file, "utf8"));
}
