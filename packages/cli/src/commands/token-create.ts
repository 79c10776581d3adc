import { operations, SCOPES, type Scope, TOKEN_KINDS } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { serverOf } from "./agent-server.ts";
import { argument, list, required } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";
import { lifetimeOf, printIssued } from "./token-lifetime.ts";

type Kind = keyof typeof TOKEN_KINDS;

/** Words that may stand for a kind, besides the kind itself. */
const KIND_WORDS: Readonly<Record<string, Kind>> = {
  admin: "adm",
  operator: "opr",
  planner: "pln",
  agent: "agt",
  runner: "run",
  reader: "rdr",
  signer: "sgn",
};

/** `holdpoint token create NAME --kind KIND`: makes a token at a server and prints it, once. */
export async function run(call: CommandCall): Promise<number> {
  const kind = kindOf(required(call, "kind", "--kind"));
  const scopes = list(call, "scope").map(scopeOf);
  const lifetimeS = lifetimeOf(call);
  const body = {
    kind,
    name: argument(call, 0),
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(lifetimeS === undefined ? {} : { lifetimeS }),
  };
  printIssued(call, await serverOf(call, "holdpoint-cli").call(operations.createToken, { body }));
  return 0;
}

function kindOf(word: string): Kind {
  const text = word.trim().toLowerCase();
  const kind = isKind(text) ? text : KIND_WORDS[text];
  if (kind !== undefined) return kind;
  const expected = `Give one of ${Object.keys(KIND_WORDS).join(", ")}.`;
  throw problem(commandProblems, "HP8012", { flag: "--kind", value: word, expected }, { field: "--kind" });
}

function isKind(text: string): text is Kind {
  return Object.hasOwn(TOKEN_KINDS, text);
}

function scopeOf(word: string): Scope {
  const scope = SCOPES.find((known) => known === word.trim().toLowerCase());
  if (scope !== undefined) return scope;
  const expected = `Give one of ${SCOPES.join(", ")}.`;
  throw problem(commandProblems, "HP8012", { flag: "--scope", value: word, expected }, { field: "--scope" });
}
