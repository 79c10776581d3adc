import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { discoverScripts, manifestText } from "@holdpoint/agent";
import { problem } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { writeWhole } from "../place/write-whole.ts";
import { argument, optional, wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

/** `holdpoint agent discover DIR`: manifests for the scripts of a folder. Runs nothing. */
export async function run(call: CommandCall): Promise<number> {
  const folder = resolve(call.cwd, argument(call, 0));
  const out = resolve(call.cwd, optional(call, "out") ?? "agents");
  const isWriting = call.options["write"] === true;
  if (isWriting && call.options["dryRun"] === true) {
    const expected = "Give one of them.";
    throw problem(commandProblems, "HP8012", { flag: "--write", value: "given with --dry-run", expected });
  }
  const { agents, skipped } = await discoverScripts(folder, dirname(out));
  const rows = agents.map((agent) => {
    const file = join(out, `${agent.manifest.name}.yaml`);
    return { agent, file, there: existsSync(file) };
  });
  if (isWriting) {
    mkdirSync(out, { recursive: true });
    // A manifest that is there may have been changed by hand.
    for (const { agent, file, there } of rows) if (!there) writeWhole(file, manifestText(agent));
  }
  const made = rows.filter(({ there }) => !there).length;
  if (wantsJson(call)) {
    const found = rows.map(({ agent: { script, manifest }, file, there }) => ({ script, file, there, manifest }));
    const object = { schema: "holdpoint/discovery/v1", folder, written: isWriting ? made : 0, agents: found, skipped };
    call.out.write(`${JSON.stringify(object)}\n`);
    return 0;
  }
  for (const { agent, there } of rows) {
    const { name, capabilities } = agent.manifest;
    call.out.write(`${name}  ${capabilities.join(" ")}  ${agent.script}${there ? "  (has a manifest)" : ""}\n`);
  }
  for (const { script, reason } of skipped) call.out.write(`skipped ${script}: ${reason}\n`);
  const what = isWriting ? `${made} manifests written to ${out}` : `${made} would be written to ${out} with --write`;
  call.out.write(`${agents.length} scripts, ${skipped.length} skipped; ${what}\n`);
  return 0;
}
