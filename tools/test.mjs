// @ts-check
/**
 * `npm test`: installs what is missing, builds, runs the whole suite with coverage.
 *
 *   npm test                     everything
 *   npm test -- --smoke          the quick part, under two minutes
 *   npm test -- packages/core    only what matches
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { bin, root, run } from "./install.mjs";
import { memoryFolder } from "./memory-folder.mjs";
import { ensureTestTools } from "./test-tools.mjs";

const args = process.argv.slice(2);
const smoke = args.includes("--smoke");
const filters = args.filter((arg) => arg !== "--smoke");

ensureTestTools({ quick: smoke });
await build();
mkdirSync(join(root, "coverage"), { recursive: true });

const whole = !smoke && filters.length === 0;
const memory = memoryFolder();
const [program = "", ...argv] = (memory?.inside ?? ((command) => command))([
  bin("vitest"),
  "run",
  "--reporter=default",
  "--reporter=junit",
  "--outputFile.junit=coverage/junit.xml",
  ...(whole ? ["--coverage"] : []),
  ...(smoke ? ["--exclude", "test/chaos/**", "--exclude", "test/e2e/**", "--exclude", "packages/store/**"] : []),
  ...filters,
]);
const code = run(program, argv, { allowFailure: true });
memory?.remove();
// The example is tested as its own users would: by Node's test runner, without anything of this project.
const exampleReport = join(root, "coverage/example-junit.xml");
const exampleCode =
  whole || smoke
    ? run(
        process.execPath,
        [
          "--test",
          "--test-reporter=spec",
          "--test-reporter-destination=stdout",
          "--test-reporter=junit",
          `--test-reporter-destination=${exampleReport}`,
          "examples/service-launch/example.test.mjs",
        ],
        { allowFailure: true },
      )
    : 0;
process.exit(code === 0 ? exampleCode : code);
