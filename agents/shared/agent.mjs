/**
 * What all first-party agents share: how they are called, how a task arrives, and how they say what they found.
 *
 * Each of them works in two ways. As an agent it takes a task on standard input and prints JSON lines. As a check
 * (`--check`) it prints metric lines, or with `--report -` one whole report, and its exit status says how it went.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";

/** A call that cannot be understood; exit 64. */
export class WrongCall extends Error {}

/**
 * @typedef {{ type: "string" | "boolean", multiple?: boolean, default?: string | boolean, value?: string, about: string }} Option
 * @typedef {{ id: string | null, title: string, payload?: Record<string, unknown>, labels?: Record<string, string> }} Task
 *
 * @typedef {object} Call
 * @property {Task} task what is to be done; empty in a check
 * @property {any} input the whole object on standard input
 * @property {Record<string, any>} options
 * @property {string[]} args
 * @property {(value: number, message: string) => void} progress 0 to 1
 * @property {(message: string, level?: string) => void} log
 * @property {(key: string, value: number, unit?: string) => void} metric a number about the work itself
 * @property {(key: string, value: number | string, unit?: string) => void} evidence what was measured
 * @property {(content: string, options?: { path?: string, reader?: string }) => string} report writes and hands over a file
 *
 * @typedef {object} Spec
 * @property {string} name
 * @property {string} about one sentence
 * @property {Record<string, Option>} [options]
 * @property {{ name: string, about: string }} [args]
 * @property {{ path: string, reader?: string }} [report] its report, and where that goes by default
 * @property {(options: Record<string, any>) => unknown} [health] throws when the agent could not work here
 * @property {(call: Call) => Promise<{ ok: boolean, summary: string }> | { ok: boolean, summary: string }} work
 *   throws when nothing could be measured
 */

/** Runs an agent. @param {Spec} spec */
export async function agent(spec) {
  let parsed;
  try {
    parsed = parseCall(spec, process.argv.slice(2));
    if (parsed.options.help) return print(helpOf(spec));
    if (parsed.options.health) return await sayHealth(spec, parsed.options);
    await perform(spec, parsed);
  } catch (error) {
    if (!(error instanceof WrongCall)) throw error;
    process.stderr.write(`${spec.name}: ${error.message}\nSee: ${spec.name}.mjs --help\n`);
    process.exitCode = 64;
  }
}

/** A number that an option gives. @param {Record<string, any>} options */
export function numberOption(options, name, { least = 0, most = Number.MAX_SAFE_INTEGER } = {}) {
  const value = options[name] === undefined ? Number.NaN : Number(String(options[name]).trim() || "none");
  if (value >= least && value <= most) return value;
  throw new WrongCall(`--${name} must be a number from ${least} to ${most}, not ${JSON.stringify(options[name])}`);
}

/** `1 test`, `2 tests`. */
export function counted(count, what) {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** @param {Spec} spec */
async function perform(spec, { options, args }) {
  const asCheck = options.check === true;
  const evidence = [];
  let printed = false;
  const reportPath = spec.report ? (options.report ?? spec.report.path) : null;
  if (reportPath === "-" && !asCheck) throw new WrongCall("--report - needs --check: an agent hands over a file");
  const line = (object) => print(JSON.stringify(object));
  const call = {
    options,
    args,
    progress: (value, message) =>
      asCheck ? process.stderr.write(`${message}\n`) : line({ type: "progress", value, message }),
    log: (message, level = "info") =>
      asCheck ? process.stderr.write(`${message}\n`) : line({ type: "log", level, message: message.slice(0, 9_000) }),
    metric: (key, value, unit) => asCheck || line({ type: "metric", key, value, ...(unit ? { unit } : {}) }),
    evidence: (metric, value, unit) => void evidence.push({ metric, value, unit }),
    report: (content, { path = reportPath, reader = spec.report?.reader } = {}) => {
      if (path === "-") {
        printed = true;
        process.stdout.write(content);
        return "standard output";
      }
      const file = below(path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      if (!asCheck) line({ type: "artifact", path: relative(process.cwd(), file), ...(reader ? { reader } : {}) });
      return path;
    },
  };
  let result;
  try {
    const input = asCheck ? {} : await readTask();
    const task = input.task ?? { id: process.env.HOLDPOINT_TASK ?? null, title: process.env.HOLDPOINT_TITLE ?? "" };
    result = await spec.work({ ...call, input, task });
  } catch (error) {
    if (error instanceof WrongCall) throw error;
    // Nothing was measured, so no number leaves either.
    result = { ok: false, summary: error instanceof Error ? error.message : String(error) };
    evidence.length = 0;
    if (asCheck) process.exitCode = 2;
  }
  for (const { metric, value, unit } of evidence) {
    if (!asCheck) line({ type: "evidence", metric, value, ...(unit ? { unit } : {}) });
    else if (!printed) print(`${metric}=${value}${unit ?? ""}`);
  }
  const summary = result.summary.slice(0, 9_000);
  if (!asCheck) return line({ type: "result", outcome: result.ok ? "done" : "failed", summary });
  process.stderr.write(`${summary}\n`);
  if (!result.ok) process.exitCode ??= 1;
}

/** The object on standard input; empty when the agent is called by hand. */
async function readTask() {
  const given = process.stdin.isTTY ? "" : (await text(process.stdin)).trim();
  if (given === "") return {};
  let input;
  try {
    input = JSON.parse(given);
  } catch {
    throw new Error("the task on standard input is not JSON");
  }
  if (input?.schema !== "holdpoint/task/v1") throw new Error("standard input holds no task of holdpoint/task/v1");
  return input;
}

/** A path below the working directory. */
export function below(path) {
  const way = relative(process.cwd(), resolve(path));
  if (way === "" || way.startsWith("..") || isAbsolute(way))
    throw new WrongCall(`${path} must be a path below the plan's folder`);
  return resolve(path);
}

const COMMON = {
  check: { type: "boolean", about: "work as a check: print metric lines, and exit with 0, 1 or 2 (nothing measured)" },
  health: { type: "boolean", about: "only say whether it can work here; exit 0 when it can" },
  help: { type: "boolean", short: "h", about: "print this help" },
};

function optionsOf(spec) {
  const report = spec.report && {
    report: {
      type: "string",
      value: "FILE",
      about: `where the report goes (default: ${spec.report.path}); - prints it`,
    },
  };
  return { ...spec.options, ...report, ...COMMON };
}

function parseCall(spec, argv) {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      options: optionsOf(spec),
      allowPositionals: spec.args !== undefined,
    });
    return { options: values, args: positionals };
  } catch (error) {
    throw new WrongCall(error instanceof Error ? error.message : String(error));
  }
}

async function sayHealth(spec, options) {
  try {
    await spec.health?.(options);
    print(`${spec.name} can work`);
  } catch (error) {
    process.stderr.write(`${spec.name} cannot work: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

function helpOf(spec) {
  const rows = Object.entries(optionsOf(spec)).map(([name, { value, about, default: preset }]) => [
    `--${name}${value ? ` ${value}` : ""}`,
    `${about}${preset === undefined ? "" : ` (default: ${preset})`}`,
  ]);
  const width = Math.max(...rows.map(([flag]) => flag.length));
  const args = spec.args ? ` [${spec.args.name}...]` : "";
  return [
    `Usage: node ${spec.name}.mjs [options]${args}`,
    "",
    spec.about,
    ...(spec.args ? ["", `${spec.args.name}: ${spec.args.about}`] : []),
    "",
    ...rows.map(([flag, about]) => `  ${flag.padEnd(width)}  ${about}`),
  ].join("\n");
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
