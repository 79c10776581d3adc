// @ts-check
/**
 * Prints `N passed, N failed, N skipped` from JUnit reports, counting their test cases. Fails when nothing ran.
 *
 *   node tools/counts.mjs EARLIER_EXIT_CODE REPORT …
 *
 * A gate before the tests that failed counts as one failure when no test did.
 */
import { existsSync, readFileSync } from "node:fs";

const [earlier = "0", ...files] = process.argv.slice(2);
const xml = files.map((file) => (existsSync(file) ? readFileSync(file, "utf8") : "")).join("\n");
let passed = 0;
let failed = 0;
let skipped = 0;
for (const match of xml.matchAll(/<testcase\b[^>]*?(\/>|>([\s\S]*?)<\/testcase>)/g)) {
  const body = match[2] ?? "";
  if (/<(failure|error)\b/.test(body)) failed++;
  else if (/<skipped\b/.test(body)) skipped++;
  else passed++;
}
const nothing = passed + failed === 0;
if (earlier !== "0" && failed === 0) failed = 1;
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exit(nothing || failed > 0 ? 1 : 0);
