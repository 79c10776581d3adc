// @ts-check
/** Prints `N passed, N failed, N skipped` from a JUnit report, counting its test cases. Fails when nothing ran. */
import { existsSync, readFileSync } from "node:fs";

const [file = "", earlier = "0"] = process.argv.slice(2);
const xml = existsSync(file) ? readFileSync(file, "utf8") : "";
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
