/**
 * Agent `coverage`: runs the tests and says which lines of the source they run.
 *
 * Node reports only what the tests happened to load. A source file that no test loads is added with every line at zero,
 * since it would otherwise raise the figure by its absence.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { agent, below, counted, numberOption } from "../shared/agent.mjs";
import { projectFiles, readText } from "../shared/files.mjs";
import { lcovRecords } from "../shared/reports.mjs";
import { cleanEnvironment, run, tail } from "../shared/run.mjs";

const DRAFT = "build/coverage.raw";
const SOURCE = /\.[cm]?js$/;
const TEST = /(?:\.test|-test|_test)\.[cm]?js$/;

await agent({
  name: "coverage",
  about: "Measures which lines the tests run and hands over an LCOV report. Fails when there is nothing to measure.",
  options: {
    source: {
      type: "string",
      multiple: true,
      value: "DIR",
      about: "where the source lies (may be given again); default: everywhere",
    },
    lcov: {
      type: "string",
      value: "FILE",
      about: "take this report instead of running Node's tests; refused when older than the source",
    },
    least: { type: "string", default: "0", value: "PERCENT", about: "fail below this share of lines" },
    timeout: { type: "string", default: "540", value: "SECONDS", about: "longest time for all tests together" },
  },
  args: { name: "place", about: "folders or files with tests; default: every *.test.mjs, *.test.js, *.test.cjs" },
  report: { path: "build/lcov.info", reader: "lcov" },
  async work({ options, args, progress, evidence, report, log }) {
    const least = numberOption(options, "least", { most: 100 });
    progress(0.1, options.lcov ? `reading ${options.lcov}` : "running the tests");
    const records = options.lcov ? existing(options.lcov) : await measured(options, args);
    const all = [...records.values()];
    const lines = all.reduce((sum, record) => sum + record.lines, 0);
    const covered = all.reduce((sum, record) => sum + record.covered, 0);
    if (lines === 0) throw new Error("no coverage: the report holds no line of source");
    const path = report(all.map(({ text }) => text).join(""));
    const share = (100 * covered) / lines;
    evidence("line_coverage", Math.floor(100 * share) / 100, "%");
    evidence("lines_covered", covered);
    evidence("lines_total", lines);
    evidence("files_covered", records.size);
    for (const [file, record] of records) log(`${file}: ${record.covered} of ${record.lines} lines`);
    const summary = `${covered} of ${lines} lines in ${counted(records.size, "file")} are covered, ${share.toFixed(2)} %; report in ${path}`;
    return share < least ? { ok: false, summary: `below ${least} %. ${summary}` } : { ok: true, summary };
  },
});

/** A report that somebody else made; its source must not have changed since. */
function existing(file) {
  if (!existsSync(file)) throw new Error(`no coverage: ${file} is not there`);
  const made = statSync(file).mtimeMs;
  const records = lcovRecords(readFileSync(file, "utf8"));
  if (records.size === 0) throw new Error(`no coverage: ${file} holds no complete LCOV record`);
  for (const source of records.keys()) {
    const changed = statSync(resolve(source), { throwIfNoEntry: false })?.mtimeMs;
    if (changed === undefined) throw new Error(`${file} speaks of ${source}, which is not there`);
    if (changed > made) throw new Error(`${file} is stale: ${source} changed after it was made`);
  }
  return records;
}

async function measured({ source = [], timeout }, places) {
  const tests = projectFiles(places).filter((file) => TEST.test(file));
  if (tests.length === 0)
    throw new Error(`no coverage: found no *.test.mjs below ${places.join(", ") || "this folder"}`);
  mkdirSync(dirname(below(DRAFT)), { recursive: true });
  rmSync(DRAFT, { force: true });
  const options = ["--experimental-test-coverage", "--test-reporter=lcov", `--test-reporter-destination=${DRAFT}`];
  const timeoutMs = 1_000 * numberOption({ timeout }, "timeout", { least: 1 });
  const ended = await run([process.execPath, "--test", ...options, ...tests], { env: cleanEnvironment(), timeoutMs });
  const seen = lcovRecords(existsSync(DRAFT) ? readFileSync(DRAFT, "utf8") : "");
  rmSync(DRAFT, { force: true });
  if (ended.ended) throw new Error(`no coverage: the tests used up their ${ended.ended}`);
  if (ended.code !== 0) throw new Error(`no coverage: the tests do not pass\n${tail(ended.stdout + ended.stderr)}`);
  const files = projectFiles(source).filter((file) => SOURCE.test(file) && !TEST.test(file));
  if (files.length === 0) throw new Error(`no coverage: found no source below ${source.join(", ") || "this folder"}`);
  const named = new Map(
    [...seen].map(([file, record]) => [relative(".", resolve(file)).replaceAll("\\", "/"), record]),
  );
  return new Map(files.map((file) => [file, named.get(file) ?? uncovered(file)]));
}

function uncovered(file) {
  const source = readText(file) ?? "";
  const lines = source.split("\n").length - (source.endsWith("\n") || source === "" ? 1 : 0);
  const data = Array.from({ length: lines }, (_, index) => `DA:${index + 1},0\n`).join("");
  return { text: `TN:\nSF:${file}\n${data}LH:0\nLF:${lines}\nend_of_record\n`, covered: 0, lines };
}
