/**
 * Check `coverage`: writes build/lcov.info, and on standard error what each module has.
 *
 * Node reports the files that the tests happened to load, the tests among them. Here only the service counts, and all
 * of it: a module that no test loads stands in the report with every line at zero.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { coverageByModule, recordsOf, uncoveredRecord } from "./lcov.mjs";
import { runTests } from "./test-run.mjs";

const RAW = "build/lcov-raw.info";
const REPORT = "build/lcov.info";

mkdirSync("build", { recursive: true });
for (const file of [RAW, REPORT]) rmSync(file, { force: true });

const options = ["--experimental-test-coverage", "--test-reporter=lcov", `--test-reporter-destination=${RAW}`];
const code = await runTests(options, "ignore");
if (code !== 0) {
  process.stderr.write("no coverage: the tests do not pass\n");
  process.exit(1);
}

const seen = recordsOf(readFileSync(RAW, "utf8"));
const modules = readdirSync("service")
  .filter((name) => name.endsWith(".mjs"))
  .sort()
  .map((name) => `service/${name}`);
const report = modules.map((file) => seen.get(file) ?? uncoveredRecord(file, readFileSync(file, "utf8"))).join("");
writeFileSync(REPORT, report);
rmSync(RAW);

for (const { file, covered, lines } of coverageByModule(report)) {
  process.stderr.write(`${file}: ${covered} of ${lines} lines\n`);
}
