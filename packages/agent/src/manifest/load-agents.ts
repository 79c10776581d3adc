import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { agentManifestSchema, readYamlAs } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { agentProblems } from "../agent.problems.ts";
import { type Agent, agentOf } from "./agent.ts";

/** Largest manifest that is read, bytes. */
const LARGEST_BYTES = 256 * 1024;

/**
 * Reads all manifests (`*.yaml`, `*.yml`) of a folder, in order of their names. A folder that does not exist holds none.
 *
 * @throws HP7101 when a file cannot be read, HP7102 to HP7105 when its content is not accepted
 */
export async function loadAgents(folder: string): Promise<readonly Agent[]> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return [];
    throw unreadable(folder, cause.message, cause);
  });
  const agents: Agent[] = [];
  for (const name of names.filter((file) => /\.ya?ml$/.test(file)).sort()) {
    const file = join(folder, name);
    const agent = readAgent(await readManifest(file), file);
    const twin = agents.find((other) => other.name === agent.name);
    if (twin !== undefined) {
      const params = { name: agent.name, first: twin.file ?? "", second: file };
      throw problem(agentProblems, "HP7105", params, { file, field: "name" });
    }
    agents.push(agent);
  }
  return agents;
}

/**
 * Reads one manifest.
 *
 * @throws HP7102 when it is not one YAML mapping, HP7103 when a value does not fit, HP7104 when a key is not known
 */
export function readAgent(text: string, file: string): Agent {
  const reading = readYamlAs(agentManifestSchema, text, { aliases: 0 });
  if (reading.ok) return agentOf(reading.value, file);
  const [{ kind, line, field, what }] = reading.faults;
  const place = field === "" ? { file, line } : { file, line, field };
  if (kind === "syntax") throw problem(agentProblems, "HP7102", { file, reason: what }, place);
  if (kind === "key") throw problem(agentProblems, "HP7104", { field, hint: ` (it ${what})` }, place);
  throw problem(agentProblems, "HP7103", { field: field === "" ? "(whole file)" : field, reason: what }, place);
}

async function readManifest(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > LARGEST_BYTES) throw new Error(`it has ${size} bytes`);
    bytes = await readFile(file);
  } catch (cause) {
    throw unreadable(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(file, "it is not UTF-8", cause);
  }
}

function unreadable(file: string, reason: string, cause: unknown): Error {
  return problem(agentProblems, "HP7101", { file, reason }, { file, cause });
}
