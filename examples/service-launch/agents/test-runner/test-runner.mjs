/** Agent `test-runner`: finds out how the project's tests are run, runs them, and hands over the report. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { agent, below, counted, numberOption, WrongCall } from "../shared/agent.mjs";
import { projectFiles, readJson } from "../shared/files.mjs";
import { junitCases, junitOf, tapCases } from "../shared/reports.mjs";
import { cleanEnvironment, programPath, run, tail } from "../shared/run.mjs";

const RUNNERS = { npm: runNpm, node: runNode, pytest: runPytest, go: runGo };
const DRAFT = "build/test-runner.raw";

await agent({
  name: "test-runner",
  about: "Runs the project's tests and hands over the report. No tests, or only skipped ones, are a failure.",
  options: {
    runner: {
      type: "string",
      default: "auto",
      value: "NAME",
      about: `auto, ${Object.keys(RUNNERS).join(", ")}; auto looks at the project's files in this order`,
    },
    from: { type: "string", value: "FILE", about: "JUnit or TAP report that `npm test` writes by itself" },
    timeout: { type: "string", default: "540", value: "SECONDS", about: "longest time for all tests together" },
  },
  args: { name: "place", about: "folders or files with tests; default: all that the runner finds" },
  report: { path: "build/tests.xml" },
  health: ({ runner }) => void (RUNNERS[runner] ?? detect([])),
  async work({ options, args, progress, evidence, report, metric }) {
    const name = options.runner === "auto" ? detect(args) : options.runner;
    if (!Object.hasOwn(RUNNERS, name)) throw new WrongCall(`--runner cannot be ${name}`);
    progress(0.1, `running the tests with ${name}`);
    const started = Date.now();
    mkdirSync(dirname(below(DRAFT)), { recursive: true });
    rmSync(DRAFT, { force: true });
    const result = await RUNNERS[name]({
      options,
      args,
      timeoutMs: 1_000 * numberOption(options, "timeout", { least: 1 }),
    });
    rmSync(DRAFT, { force: true });
    if (result.ended) throw new Error(`the tests were ended, since they used up their ${result.ended}`);
    metric("test_seconds", (Date.now() - started) / 1_000, "s");
    if (result.report === null)
      throw new Error(`${name} gave no report (exit status ${result.code}):\n${tail(result.stdout + result.stderr)}`);
    const isTap = !result.report.trimStart().startsWith("<");
    const cases = isTap ? tapCases(result.report) : junitCases(result.report);
    const count = (state) => cases.filter((one) => one.state === state).length;
    const path = report(result.report, { reader: isTap ? "tap" : "junit" });
    evidence("tests_total", cases.length);
    for (const state of ["passed", "failed", "skipped"]) evidence(`tests_${state}`, count(state));
    return judge(
      result,
      cases,
      `${counted(cases.length, "test")} by ${name}: ${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped; report in ${path}`,
    );
  },
});

function judge({ code }, cases, summary) {
  const empty = cases.filter(({ name, state }) => state === "passed" && name.startsWith("/") && existsSync(name));
  if (cases.length === 0) return { ok: false, summary: `no test ran. ${summary}` };
  if (empty.length > 0)
    return { ok: false, summary: `no test in ${empty.map(({ name }) => basename(name)).join(", ")}. ${summary}` };
  const failed = cases.filter(({ state }) => state === "failed");
  if (failed.length > 0)
    return {
      ok: false,
      summary: `${summary}. Failed: ${failed
        .slice(0, 20)
        .map(({ name }) => name)
        .join("; ")}`,
    };
  if (cases.every(({ state }) => state === "skipped"))
    return { ok: false, summary: `every test was skipped. ${summary}` };
  if (code !== 0) return { ok: false, summary: `all cases passed, and yet the runner exited with ${code}. ${summary}` };
  return { ok: true, summary };
}

/** Which runner the project's files call for. */
function detect(places) {
  const script = existsSync("package.json") ? readJson("package.json").scripts?.test : undefined;
  if (places.length === 0 && script && !script.includes("no test specified")) return "npm";
  const files = projectFiles(places);
  if (nodeTests(files).length > 0) return "node";
  if (files.some((file) => /(^|\/)(pytest\.ini|conftest\.py|test_[^/]*\.py|[^/]*_test\.py)$/.test(file)))
    return "pytest";
  if (existsSync("go.mod")) return "go";
  throw new Error("found no tests: no test script in package.json, no *.test.mjs, no test_*.py, no go.mod");
}

function nodeTests(files) {
  return files.filter((file) =>
    /(?:\.test|-test|_test)\.[cm]?js$|(?:^|\/)(?:test|tests)\/test[^/]*\.[cm]?js$/.test(file),
  );
}

async function runNode({ args, timeoutMs }) {
  const files = nodeTests(projectFiles(args));
  if (files.length === 0) throw new Error(`found no *.test.mjs below ${args.join(", ") || "this folder"}`);
  const reporter = ["--test-reporter=junit", `--test-reporter-destination=${DRAFT}`];
  const ended = await run([process.execPath, "--test", ...reporter, ...files], { env: cleanEnvironment(), timeoutMs });
  return { ...ended, report: draft(DRAFT) };
}

/** What the script runs decides how it is asked for a report; `--from` names one that it writes anyway. */
async function runNpm({ options, timeoutMs }) {
  const script = readJson("package.json").scripts?.test ?? "";
  const asked = { argv: ["npm", "test", "--silent"], env: cleanEnvironment(), file: options.from ?? DRAFT };
  if (!options.from && /\bnode\b.*--test\b/.test(script))
    asked.env.NODE_OPTIONS = `--test-reporter=junit --test-reporter-destination=${resolve(DRAFT)}`;
  if (!options.from && /\bvitest\b/.test(script))
    asked.argv.push("--", "--reporter=junit", `--outputFile=${resolve(DRAFT)}`);
  if (options.from) rmSync(below(options.from), { force: true });
  const ended = await run(asked.argv, { env: asked.env, timeoutMs });
  return { ...ended, report: draft(asked.file) ?? reportIn(ended.stdout) };
}

async function runPytest({ args, timeoutMs }) {
  const python = programPath("python3") ?? programPath("python");
  if (python === null) throw new Error("pytest needs python3, which is not on the path");
  const argv = [python, "-m", "pytest", "-q", `--junitxml=${resolve(DRAFT)}`, ...args];
  const ended = await run(argv, { env: cleanEnvironment({ PYTHONDONTWRITEBYTECODE: "1" }), timeoutMs });
  return { ...ended, report: draft(DRAFT) };
}

async function runGo({ args, timeoutMs }) {
  const packages = args.length === 0 ? ["./..."] : args.map((place) => `./${place}/...`);
  const ended = await run(["go", "test", "-json", ...packages], { env: cleanEnvironment(), timeoutMs });
  const events = ended.stdout.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
  const outputs = groupBy(events);
  const states = { pass: "passed", fail: "failed", skip: "skipped" };
  const cases = events.flatMap((event) => {
    const state = states[event.Action];
    // A package that fails without a failed test of its own did not build, or broke.
    const broke =
      event.Action === "fail" &&
      !events.some((one) => one.Test && one.Action === "fail" && one.Package === event.Package);
    if (!state || !(event.Test || broke)) return [];
    const output = (outputs.get(keyOf(event)) ?? []).map((one) => one.Output ?? "").join("");
    return [{ name: event.Test ?? "(package)", group: event.Package, state, seconds: event.Elapsed ?? 0, output }];
  });
  return { ...ended, report: events.length === 0 ? null : junitOf("go test", cases) };
}

function keyOf(event) {
  return `${event.Package} ${event.Test ?? ""}`;
}

function groupBy(events) {
  const groups = new Map();
  for (const event of events) groups.set(keyOf(event), [...(groups.get(keyOf(event)) ?? []), event]);
  return groups;
}

function draft(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}

/** A report that makes up standard output, from its first line on. */
function reportIn(stdout) {
  const start = stdout.search(/^(?:<\?xml|<testsuites?\b|TAP version \d)/m);
  return start < 0 ? null : stdout.slice(start);
}
