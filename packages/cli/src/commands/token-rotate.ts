import { operations } from "@holdpoint/contract";
import type { CommandCall } from "../command.ts";
import { serverOf } from "../connect/server-of.ts";
import { argument } from "./arguments.ts";
import { lifetimeOf, overlapOf, printIssuedToken } from "./print-issued-token.ts";

/** `holdpoint token rotate ID`: makes a token with the same rights, which takes the place of an old one. */
export async function run(call: CommandCall): Promise<number> {
  const lifetimeS = lifetimeOf(call);
  const overlapS = overlapOf(call);
  const body = {
    ...(lifetimeS === undefined ? {} : { lifetimeS }),
    ...(overlapS === undefined ? {} : { overlapS }),
  };
  const params = { token: argument(call, 0) };
  printIssuedToken(call, await serverOf(call, "holdpoint token").call(operations.rotateToken, { params, body }));
  return 0;
}
