import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { CONFIG_FILE, type Config, loadConfig, SETTINGS } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { oneLine } from "../output/plain-text.ts";
import { styleFor } from "../output/style.ts";
import { tableLines } from "../output/table.ts";
import { list, optional, wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

/** `holdpoint config explain`: every setting with the value that a server would have here, and where it comes from. */
export async function run(call: CommandCall): Promise<number> {
  const settings = configOf(call).explain();
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/config/v1", settings })}\n`);
    return 0;
  }
  const columns = [
    { header: "setting" },
    { header: "value" },
    { header: "from" },
    { header: "", flexible: true as const },
  ];
  const rows = settings.map(({ name, value, source, place, about }) => [
    name,
    value === null || value === "" ? "–" : oneLine(value),
    place ?? source,
    oneLine(about),
  ]);
  call.out.write(`${tableLines(columns, rows, styleFor(call.out, call.env)).join("\n")}\n`);
  return 0;
}

/**
 * The configuration of a call: file, environment, options.
 *
 * @throws HP8012 when the file that is named is not there, or a setting is not known; HP8101, HP8102, HP8103 for what it holds
 */
function configOf(call: CommandCall): Config {
  const named = optional(call, "config");
  const path = resolve(call.cwd, named ?? CONFIG_FILE);
  if (named !== undefined && !existsSync(path)) {
    const expected = "Name a file that is there, or leave the option out.";
    throw problem(commandProblems, "HP8012", { flag: "--config", value: named, expected }, { field: "--config" });
  }
  const file = existsSync(path) ? { name: named ?? CONFIG_FILE, text: readFileSync(path, "utf8") } : null;
  return loadConfig({ file, env: call.env, flags: Object.fromEntries(list(call, "set").map(settingOf)) });
}

function settingOf(text: string): readonly [name: string, value: string] {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(0, at));
  if (SETTINGS.some((setting) => setting.name === name)) return [name, text.slice(at + 1)];
  const expected = `Write NAME=VALUE, where NAME is one of ${SETTINGS.map((setting) => setting.name).join(", ")}.`;
  throw problem(commandProblems, "HP8012", { flag: "--set", value: text, expected }, { field: "--set" });
}
