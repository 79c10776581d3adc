/** Check `tests`: prints a JUnit report of the service's tests. */
import { runTests } from "./test-run.mjs";

process.exitCode = await runTests(["--test-reporter=junit"], "inherit");
