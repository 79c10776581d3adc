import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { CONFIG_FILE, type Config, loadConfig } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { optional } from "../commands/arguments.ts";
import { commandProblems } from "../commands/command.problems.ts";

/**
 * The configuration of a call: file, environment, options; later ones win.
 *
 * @param flags options by the names of their settings
 * @throws HP8012 when the file that is named is not there; HP8101, HP8102, HP8103 for what it holds
 */
export function serverConfig(call: CommandCall, flags: Readonly<Record<string, string | undefined>>): Config {
  const named = optional(call, "config");
  const path = resolve(call.cwd, named ?? CONFIG_FILE);
  if (named !== undefined && !existsSync(path)) {
    const expected = "Name a file that is there, or leave the option out.";
    throw problem(commandProblems, "HP8012", { flag: "--config", value: named, expected }, { field: "--config" });
  }
  const file = existsSync(path) ? { name: named ?? CONFIG_FILE, text: readFileSync(path, "utf8") } : null;
  return loadConfig({ file, env: call.env, flags });
}
