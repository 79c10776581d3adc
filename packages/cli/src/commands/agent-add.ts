import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, posix, relative, resolve } from "node:path";
import { type AgentManifestText, agentManifestSchema, readYamlAs } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { counted } from "../output/counted.ts";
import { oneLine } from "../output/plain-text.ts";
import { styleFor } from "../output/style.ts";
import { tableLines } from "../output/table.ts";
import { makeFolder, writeWhole } from "../place/write-whole.ts";
import { optional, wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";
import { refuseInsideAttempt } from "./person-call.ts";

/** What all first-party agents load; copied with each. */
const SHARED = "shared";
/** Tests and declarations are for those who work on the agents. */
const TESTS = /\.(?:test\.ts|testing\.ts|d\.mts)$/;

/** One file that is to be copied. */
interface Copied {
  /** Relative to the folder the user is in, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly state: "new" | "same" | "differs";
}

/**
 * `holdpoint agent add NAME… [--to agents]`: copies first-party agents beside the plan; `--list` shows which there are.
 *
 * @throws HP8012 for a name or folder that cannot be, HP8010 without a name, HP8060 when a file there is another one
 */
export async function run(call: CommandCall): Promise<number> {
  const source = firstPartyFolder();
  const known = manifestsOf(source);
  if (call.options["list"] === true) return await Promise.resolve(showList(call, known));
  refuseInsideAttempt(call, "holdpoint agent add");
  const names = [...new Set(call.args)];
  if (names.length === 0) throw problem(commandProblems, "HP8010", { flag: "The name of an agent, or --list," });
  for (const name of names) {
    if (known.some((manifest) => manifest.name === name)) continue;
    const expected = `Write one of ${known.map((manifest) => manifest.name).join(", ")}.`;
    throw problem(commandProblems, "HP8012", { flag: "The name of an agent", value: JSON.stringify(name), expected });
  }
  const to = targetFolder(call);
  const files = [SHARED, ...names].flatMap((name) => filesOf(source, name, to, call.cwd));
  const [other] = files.filter(({ state }) => state === "differs");
  // Looked at as a whole first, so that a refusal leaves everything as it was.
  if (other !== undefined) throw problem(commandProblems, "HP8060", { file: other.path }, { file: other.path });
  for (const { path, text, state } of files) {
    if (state === "same") continue;
    makeFolder(dirname(resolve(call.cwd, path)), 0o755);
    writeWhole(resolve(call.cwd, path), text);
  }
  showAdded(call, names, to, files);
  return 0;
}

/** The agents that come with this build: beside the bundle, or in the repository. */
function firstPartyFolder(): string {
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    const folder = join(at, "agents");
    if (existsSync(join(folder, SHARED, "agent.mjs"))) return folder;
    if (dirname(at) === at) throw new Error("this build holds no first-party agents");
  }
}

function manifestsOf(source: string): readonly AgentManifestText[] {
  return readdirSync(source)
    .filter((name) => existsSync(join(source, name, "agent.yaml")))
    .sort()
    .map((name) => {
      const reading = readYamlAs(agentManifestSchema, readFileSync(join(source, name, "agent.yaml"), "utf8"), {
        aliases: 0,
      });
      if (!reading.ok) throw new Error(`the manifest of ${name} in this build cannot be read`);
      return reading.value;
    });
}

/** The manifest's command names the folder, so it must be one that a shell takes as it is. */
function targetFolder(call: CommandCall): string {
  const value = optional(call, "to") ?? "agents";
  const folder = posix.normalize(value).replace(/\/$/, "");
  if (/^[\w./-]+$/.test(value) && !isAbsolute(value) && folder !== "." && !folder.startsWith("..")) return folder;
  const expected = "Name a folder below this one, of letters, digits, dots, dashes and slashes.";
  throw problem(commandProblems, "HP8012", { flag: "--to", value: JSON.stringify(value), expected }, { field: "--to" });
}

function filesOf(source: string, name: string, to: string, cwd: string): readonly Copied[] {
  return readdirSync(join(source, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !TESTS.test(entry.name))
    .map((entry) => relative(source, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort()
    .map((file) => {
      const text = readFileSync(join(source, file), "utf8");
      const isManifest = file === `${name}/agent.yaml`;
      const own = isManifest ? text.replaceAll(`node agents/${name}/`, `node ${to}/${name}/`) : text;
      const path = `${to}/${isManifest ? `${name}.yaml` : file}`;
      return { path, text: own, state: stateOf(resolve(cwd, path), own) };
    });
}

function stateOf(file: string, text: string): Copied["state"] {
  try {
    return readFileSync(file, "utf8") === text ? "same" : "differs";
  } catch (error) {
    // A folder in its place, or a file that may not be read, is not ours to replace either.
    return error instanceof Error && "code" in error && error.code === "ENOENT" ? "new" : "differs";
  }
}

function showList(call: CommandCall, known: readonly AgentManifestText[]): number {
  const agents = known.map(({ name, version, description, labels, capabilities }) => ({
    name,
    version: version ?? null,
    category: labels?.["category"] ?? null,
    capabilities,
    description: description ?? null,
  }));
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/first-party-agents/v1", agents })}\n`);
    return 0;
  }
  const columns = [{ header: "agent" }, { header: "category" }, { header: "what it does", flexible: true as const }];
  const rows = agents.map(({ name, category, description }) => [name, category ?? "", oneLine(description ?? "")]);
  call.out.write(`${tableLines(columns, rows, styleFor(call.out, call.env)).join("\n")}\n`);
  return 0;
}

function showAdded(call: CommandCall, names: readonly string[], to: string, files: readonly Copied[]): void {
  if (wantsJson(call)) {
    const told = files.map(({ path, state }) => ({ path, state: state === "new" ? "written" : "unchanged" }));
    call.out.write(
      `${JSON.stringify({ schema: "holdpoint/agents-added/v1", agents: names, folder: to, files: told })}\n`,
    );
    return;
  }
  const written = files.filter(({ state }) => state === "new").length;
  const manifests = names.map((name) => `${to}/${name}.yaml`).join(", ");
  const elsewhere = to === "agents" ? "" : ` Name the folder when you run the plan: --agents ${to}`;
  call.out.write(
    written === 0
      ? `Nothing to do: ${manifests} and what they need are there already.\n`
      : `Wrote ${counted(written, "file")}; who does what is in ${manifests}.${elsewhere}\n`,
  );
}
