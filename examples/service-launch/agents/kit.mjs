/** What the agents of this example share: how a task arrives, how a report leaves, and how the plan is asked. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";

/**
 * Takes the task from standard input, hands it to the work for its id, and reports the outcome.
 *
 * @param {Record<string, (task: Task) => string | Promise<string>>} works by task id; each returns a summary
 */
export async function workOn(works) {
  const task = await readTask();
  const work = works[task.id];
  try {
    if (!work) throw new Error(`this agent does not know how to do ${task.id}`);
    result("done", await work(task));
  } catch (error) {
    result("failed", error.message);
  }
}

/**
 * @typedef {object} Task
 * @property {string} id
 * @property {number} attempt 1 for the first try
 * @property {string} plan the document, as text
 * @property {{ gate: string, metric: string | null, explanation: string }[]} missing why the last attempt was refused; empty at first
 */

/** By hand, without standard input, HOLDPOINT_TASK and HOLDPOINT_ATTEMPT are enough. */
async function readTask() {
  const input = process.stdin.isTTY ? "" : (await text(process.stdin)).trim();
  const given = input === "" ? {} : JSON.parse(input);
  const planFile = basename(given.plan?.path ?? process.env.HOLDPOINT_PLAN ?? "PLAN.md");
  return {
    id: nameOf(given.task ?? { id: process.env.HOLDPOINT_TASK }),
    attempt: given.attempt ?? Number(process.env.HOLDPOINT_ATTEMPT ?? 1),
    plan: readFileSync(planFile, "utf8"),
    missing: given.refusal?.missing ?? [],
  };
}

/** The task's id; for a step, whose id is its number, that of its title: `Step 3.1: Unit tests` is 3.1. */
function nameOf({ id, title, key }) {
  const name = id ?? /^step [\d.]+/i.exec(title ?? "")?.[0] ?? key ?? "";
  return name.replace(/^step /i, "");
}

/** Tells how far the work is, 0 to 1. */
export function progress(value, message) {
  print({ type: "progress", value, message });
}

/** Tells something that a reader of the log may want to know. */
export function log(message) {
  print({ type: "log", level: "info", message });
}

function result(outcome, summary) {
  print({ type: "result", outcome, summary });
}

function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** The agreed numbers: the first JSON block of the plan. */
export function agreedNumbers(plan) {
  const block = /^```json\n([\s\S]*?)^```$/m.exec(plan)?.[1];
  if (!block) throw new Error("the plan holds no JSON block with the agreed numbers");
  return JSON.parse(block);
}

/** What the plan says under the heading of a step: its lines up to the next heading. */
export function stepText(plan, id) {
  const lines = plan.split(/\r?\n/);
  const start = lines.findIndex((line) => line.startsWith(`### Step ${id}:`));
  if (start < 0) throw new Error(`the plan has no step ${id}`);
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith("#"));
  return lines.slice(start, length < 0 ? undefined : start + 1 + length).join("\n");
}

/** Writes a file below the plan's folder, with the folders it needs. */
export function write(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  log(`wrote ${file}`);
}

/** Writes a source file from the agent's own pattern for it. */
export function writeFromPattern(file) {
  const pattern = join(import.meta.dirname, "patterns", `${basename(file)}.txt`);
  write(file, readFileSync(pattern, "utf8"));
}
