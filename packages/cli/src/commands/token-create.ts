import { operations, SCOPES, TOKEN_KIND_WORDS } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { serverOf } from "../connect/server-of.ts";
import { argument, list, oneOf, required } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";
import { lifetimeOf, printIssuedToken } from "./print-issued-token.ts";

type Kind = keyof typeof TOKEN_KIND_WORDS;

/** `holdpoint token create NAME --kind KIND`: makes a token at a server and prints it, once. */
export async function run(call: CommandCall): Promise<number> {
  const kind = kindOf(required(call, "kind", "--kind"));
  const scopes = list(call, "scope").map((word) => oneOf("--scope", word, SCOPES));
  const lifetimeS = lifetimeOf(call);
  const body = {
    kind,
    name: argument(call, 0),
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(lifetimeS === undefined ? {} : { lifetimeS }),
  };
  printIssuedToken(call, await serverOf(call, "holdpoint token").call(operations.createToken, { body }));
  return 0;
}

/** By its word, or as a token says it. */
function kindOf(word: string): Kind {
  const text = word.trim().toLowerCase();
  const kind = Object.keys(TOKEN_KIND_WORDS)
    .filter(isKind)
    .find((one) => one === text || TOKEN_KIND_WORDS[one] === text);
  if (kind !== undefined) return kind;
  const expected = `Give one of ${Object.values(TOKEN_KIND_WORDS).join(", ")}.`;
  throw problem(commandProblems, "HP8012", { flag: "--kind", value: word, expected }, { field: "--kind" });
}

function isKind(text: string): text is Kind {
  return Object.hasOwn(TOKEN_KIND_WORDS, text);
}
