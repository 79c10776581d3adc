import { type operations, parseDurationMs, type ResponseOf, TOKEN_DAYS } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { oneLine } from "../output/plain-text.ts";
import { optional, wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A new token, as the server answers it. */
export type IssuedToken = ResponseOf<typeof operations.createToken>;

/** How long a token shall be valid, seconds; undefined when `--expires` was not given. @throws HP8012 */
export function lifetimeOf(call: CommandCall): number | undefined {
  return secondsOf(call, "expires", {
    least: MINUTE_MS,
    most: TOKEN_DAYS.most * DAY_MS,
    example: "from 1min to 366d, such as 90d",
  });
}

/** How long the old token stays valid, seconds; undefined when `--overlap` was not given. @throws HP8012 */
export function overlapOf(call: CommandCall): number | undefined {
  return secondsOf(call, "overlap", { least: SECOND_MS, most: 30 * DAY_MS, example: "from 1s to 30d, such as 10min" });
}

/**
 * Prints a new token: the token alone on standard output, so that a shell can take it, and what to know on standard
 * error; with `--json` both as one object.
 */
export function printIssued(call: CommandCall, { token, view }: IssuedToken): void {
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/token-issued/v1", token, view })}\n`);
    return;
  }
  call.out.write(`${token}\n`);
  call.err.write(
    `${oneLine(view.name)} may ${view.scopes.join(", ")} until ${view.expiresAt}. The token is shown this once. Id: ${view.id}\n`,
  );
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly example: string;
}

function secondsOf(call: CommandCall, name: string, { least, most, example }: Bounds): number | undefined {
  const text = optional(call, name);
  if (text === undefined) return undefined;
  const ms = parseDurationMs(text);
  if (ms !== null && ms >= least && ms <= most) return Math.floor(ms / SECOND_MS);
  const expected = `Give a duration ${example}.`;
  throw problem(commandProblems, "HP8012", { flag: `--${name}`, value: text, expected }, { field: `--${name}` });
}
