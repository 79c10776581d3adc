import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";

/**
 * Runs the service's tests with Node's own test runner.
 *
 * @param {string[]} options reporters and the like
 * @param {"inherit" | "ignore"} stdout
 * @returns {Promise<number>} the runner's exit code
 */
export async function runTests(options, stdout) {
  const files = readdirSync("tests")
    .filter((name) => name.endsWith(".test.mjs"))
    .sort()
    .map((name) => `tests/${name}`);
  if (files.length === 0) throw new Error("there are no tests in tests/");
  const env = { ...process.env };
  // Set when this check itself runs under a test runner; the runner below would then run nothing.
  for (const name of ["NODE_TEST_CONTEXT", "NODE_V8_COVERAGE", "NODE_OPTIONS"]) delete env[name];
  const child = spawn(process.execPath, ["--test", ...options, ...files], {
    env,
    stdio: ["ignore", stdout, "inherit"],
  });
  const [code] = await once(child, "exit");
  return code ?? 1;
}
