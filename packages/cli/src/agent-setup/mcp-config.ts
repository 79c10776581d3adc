import { isDeepStrictEqual } from "node:util";
import { problem } from "@holdpoint/core";
import { agentSetupProblems } from "./agent-setup.problems.ts";

/** How an agent starts the tools. */
export interface McpEntry {
  readonly command: string;
  readonly args: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Adds the entry `holdpoint` to an agent's `mcpServers`. One that is there already stays as it is, since somebody may have
 * changed it; every other byte stays as it is too.
 *
 * @param before the file's text; null when there is none
 * @throws HP9326 when it is no JSON object, or `mcpServers` is none
 */
export function withMcpEntry(before: string | null, entry: McpEntry, file: string): string {
  if (before === null || before.trim() === "") {
    return `${JSON.stringify({ mcpServers: { holdpoint: entry } }, null, 2)}\n`;
  }
  const refused = (why: string): Error => problem(agentSetupProblems, "HP9326", { file, why }, { file });
  const config = parsed(before);
  if (config === null) throw refused("it is not a JSON object");
  const servers = config["mcpServers"];
  if (servers !== undefined && !isRecord(servers)) throw refused("its `mcpServers` is not an object");
  if (servers?.["holdpoint"] !== undefined) return before;
  const after =
    servers === undefined ? splice(before, 1, { mcpServers: { holdpoint: entry } }) : spliceServers(before, entry);
  // An edit of text is trusted only when it means what it was meant to.
  const wanted = { ...config, mcpServers: { ...servers, holdpoint: entry } };
  if (after === null || !isDeepStrictEqual(parsed(after), wanted))
    throw refused("it is written in a way that was not foreseen");
  return after;
}

function spliceServers(text: string, entry: McpEntry): string | null {
  const at = openingOf(text, "mcpServers");
  return at === null ? null : splice(text, 2, { holdpoint: entry }, at);
}

/** Puts members first into an object of the text. @param at just after its opening brace; the outermost when absent */
function splice(text: string, depth: number, members: Json, at = text.indexOf("{") + 1): string {
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? "  ";
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const written = JSON.stringify(members, null, indent).split("\n").slice(1, -1);
  const shifted = written.map((line) => `${indent.repeat(depth - 1)}${line}`).join(newline);
  const rest = text.slice(at);
  const isEmpty = /^\s*\}/.test(rest);
  const tail = isEmpty ? `${newline}${indent.repeat(depth - 1)}${rest.trimStart()}` : `,${rest}`;
  return `${text.slice(0, at)}${newline}${shifted}${tail}`;
}

/** Just after the brace that opens a member of the outermost object. */
function openingOf(text: string, name: string): number | null {
  let depth = 0;
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    const [word] = token;
    if (word === "{" || word === "[") depth += 1;
    else if (word === "}" || word === "]") depth -= 1;
    else if (depth === 1 && JSON.parse(word) === name) {
      const opening = /^\s*:\s*\{/.exec(text.slice(token.index + word.length));
      if (opening !== null) return token.index + word.length + opening[0].length;
    }
  }
  return null;
}

function parsed(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
