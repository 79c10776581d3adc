import { type operations, type ResponseOf, TOKEN_DAYS } from "@holdpoint/contract";
import type { CommandCall } from "../command.ts";
import { oneLine } from "../output/plain-text.ts";
import { durationMs, wantsJson } from "./arguments.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

const LIFETIME = {
  leastMs: MINUTE_MS,
  mostMs: TOKEN_DAYS.most * DAY_MS,
  expected: `Give a duration from 1min to ${TOKEN_DAYS.most}d, such as 90d.`,
};
const OVERLAP = {
  leastMs: SECOND_MS,
  mostMs: TOKEN_DAYS.overlap * DAY_MS,
  expected: `Give a duration from 1s to ${TOKEN_DAYS.overlap}d, such as 10min.`,
};

/** A new token, as the server answers it. */
export type IssuedToken = ResponseOf<typeof operations.createToken>;

/** How long a token shall be valid, seconds; undefined when `--expires` was not given. @throws HP8012 */
export function lifetimeOf(call: CommandCall): number | undefined {
  return inSeconds(durationMs(call, "expires", LIFETIME));
}

/** How long the old token stays valid, seconds; undefined when `--overlap` was not given. @throws HP8012 */
export function overlapOf(call: CommandCall): number | undefined {
  return inSeconds(durationMs(call, "overlap", OVERLAP));
}

/**
 * Prints a new token: the token alone on standard output, so that a shell can take it, and what to know on standard
 * error; with `--json` both as one object.
 */
export function printIssuedToken(call: CommandCall, { token, view }: IssuedToken): void {
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/token-issued/v1", token, view })}\n`);
    return;
  }
  call.out.write(`${token}\n`);
  call.err.write(
    `${oneLine(view.name)} may ${view.scopes.join(", ")} until ${view.expiresAt}. The token is shown this once. Id: ${view.id}\n`,
  );
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.floor(ms / SECOND_MS);
}
