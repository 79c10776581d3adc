import { existsSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { problem } from "@holdpoint/core";
import { agentSetupProblems } from "../agent-setup/agent-setup.problems.ts";
import { AGENTS_TEXT } from "../agent-setup/agents-text.ts";
import { withBlock } from "../agent-setup/managed-block.ts";
import { withMcpEntry } from "../agent-setup/mcp-config.ts";
import type { CommandCall } from "../command.ts";
import { readBounded } from "../place/read-bounded.ts";
import { writeWhole } from "../place/write-whole.ts";
import { optional, wantsJson } from "./arguments.ts";

/** Largest file that is edited, bytes. */
const MOST_BYTES = 4 * 1024 * 1024;

/** What becomes of one file. */
interface Edit {
  readonly name: string;
  readonly file: string;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array;
}

/** `holdpoint init`: tells agents in this folder how to work with Holdpoint. Nothing is written unless all of it can be. */
export function run(call: CommandCall): Promise<number> {
  const entry = { command: optional(call, "command") ?? "holdpoint", args: ["mcp"] };
  const edits = [
    edit(call.cwd, ".mcp.json", (before, file) => {
      const text = before === null ? null : textOf(before, file);
      return Buffer.from(withMcpEntry(text, entry, file), "utf8");
    }),
    edit(call.cwd, "AGENTS.md", (before, file) => withBlock(before, AGENTS_TEXT, file)),
  ];
  const dryRun = call.options["dryRun"] === true;
  if (!dryRun) for (const one of edits) if (changeOf(one) !== "unchanged") write(one);
  report(call, edits, dryRun);
  return Promise.resolve(0);
}

function edit(folder: string, name: string, change: (before: Uint8Array | null, file: string) => Uint8Array): Edit {
  const path = join(folder, name);
  // A link is written through: AGENTS.md is often one, and must stay one.
  const file = existsSync(path) ? realpathSync(path) : path;
  const read = readBounded(file, MOST_BYTES);
  if (!read.ok && read.why !== "missing") {
    throw problem(agentSetupProblems, "HP9327", { file: path, why: read.why }, { file: path, cause: read.cause });
  }
  const before = read.ok ? read.bytes : null;
  return { name, file, before, after: change(before, path) };
}

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw problem(agentSetupProblems, "HP9326", { file, why: "it is not UTF-8" }, { file });
  }
}

function changeOf({ before, after }: Edit): "created" | "updated" | "unchanged" {
  if (before === null) return "created";
  return Buffer.from(before).equals(after) ? "unchanged" : "updated";
}

function write({ file, after, before }: Edit): void {
  writeWhole(file, after, before === null ? undefined : statSync(file).mode & 0o777);
}

function report(call: CommandCall, edits: readonly Edit[], dryRun: boolean): void {
  if (wantsJson(call)) {
    const files = edits.map((one) => ({ file: one.name, change: changeOf(one) }));
    call.out.write(`${JSON.stringify({ schema: "holdpoint/init/v1", dryRun, files })}\n`);
    return;
  }
  for (const one of edits) {
    call.out.write(`${one.name}: ${dryRun && changeOf(one) !== "unchanged" ? "would be " : ""}${changeOf(one)}\n`);
    if (dryRun && changeOf(one) !== "unchanged") call.out.write(`${Buffer.from(one.after).toString("utf8")}\n`);
  }
  if (!dryRun) call.out.write("Start the server with `holdpoint up`, then see `holdpoint mcp --check`.\n");
}
