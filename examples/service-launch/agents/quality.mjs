/**
 * Agent `quality`: writes unit tests for the modules that the step names. When a gate refused that, it measures which
 * modules the tests leave out and writes the tests for these too.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { coverageByModule } from "../checks/lcov.mjs";
import { log, progress, stepText, workOn, writeFromPattern } from "./kit.mjs";

/** A module with a smaller share of covered lines than this counts as left out. */
const LEFT_OUT_BELOW = 0.8;

const REPORT = "build/lcov.info";
const MEASURE = ["agents/coverage/coverage.mjs", "--check", "--source", "service", "--report", REPORT, "tests"];

await workOn({ 3.1: writeTests });

function writeTests({ plan, missing }) {
  const named = [...stepText(plan, "3.1").matchAll(/`(\w+)`/g)].map((match) => match[1]);
  for (const name of named) writeFromPattern(`tests/${name}.test.mjs`);
  progress(0.5, `tests for ${named.join(", ")}`);
  if (missing.length === 0) return `tests for the modules that the step names: ${named.join(", ")}`;

  for (const { metric, gate, explanation } of missing) log(`refused for ${metric ?? gate}: ${explanation}`);
  const leftOut = modulesLeftOut();
  const added = leftOut.filter((name) => hasPattern(name));
  log(`hardly tested: ${leftOut.join(", ") || "nothing"}; tests known for: ${added.join(", ") || "none of them"}`);
  if (added.length === 0) throw new Error("no module is left out that I have tests for; a person has to look");
  for (const name of added) writeFromPattern(`tests/${name}.test.mjs`);
  return `tests added for what the first attempt left out: ${added.join(", ")}`;
}

/** Measures with the same agent that the gate rests on. */
function modulesLeftOut() {
  progress(0.6, "measuring which modules the tests leave out");
  const { status, stderr } = spawnSync(process.execPath, MEASURE, { encoding: "utf8" });
  if (status !== 0) throw new Error(`coverage cannot be measured: ${stderr.trim()}`);
  return coverageByModule(readFileSync(REPORT, "utf8"))
    .filter(({ covered, lines }) => covered < LEFT_OUT_BELOW * lines)
    .map(({ file }) => basename(file, ".mjs"));
}

function hasPattern(name) {
  return existsSync(join(import.meta.dirname, "patterns", `${name}.test.mjs.txt`));
}
