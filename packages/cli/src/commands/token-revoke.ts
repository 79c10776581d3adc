import { operations } from "@holdpoint/contract";
import type { CommandCall } from "../command.ts";
import { serverOf } from "../connect/server-of.ts";
import { oneLine } from "../output/plain-text.ts";
import { argument, wantsJson } from "./arguments.ts";

/** `holdpoint token revoke ID`: ends a token at once. */
export async function run(call: CommandCall): Promise<number> {
  const token = argument(call, 0);
  const successors = call.options["successors"] === true;
  await serverOf(call, "holdpoint token").call(operations.revokeToken, {
    params: { token },
    query: { successors: successors ? "true" : "false" },
  });
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/token-revoked/v1", id: token, successors })}\n`);
  } else {
    const more = successors ? ", and so are all that took its place" : "";
    call.out.write(`${oneLine(token)} is revoked${more}. No request with it is let in from now on.\n`);
  }
  return 0;
}
