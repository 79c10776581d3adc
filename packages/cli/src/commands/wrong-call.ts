import { type HoldpointError, problem } from "@holdpoint/core";
import { commandProblems } from "./command.problems.ts";

/**
 * The problem behind a call that the command line does not understand.
 *
 * @param said what the parser says of it, such as `error: unknown option '--jsn'\n(Did you mean --json?)`
 * @param command the words of the command as far as they were understood, such as `holdpoint gate sign`
 */
export function wrongCall(said: string, command: string): HoldpointError {
  const what = said
    .replace(/^error: /, "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .join(" ");
  return problem(commandProblems, "HP8018", { what: /[.?)]$/.test(what) ? what : `${what}.`, command });
}
