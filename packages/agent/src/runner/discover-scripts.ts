import { createHash } from "node:crypto";
import { lstat, open, readdir } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { type AgentManifestText, agentManifestSchema } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { agentProblems } from "../agent.problems.ts";

/** Files looked at; a folder with more is no folder of agents. */
const MOST_FILES = 10_000;
/** Bytes of each file in which its header is looked for. */
const HEADER_BYTES = 4_096;
const LONGEST_NAME = 64;

/** What runs a script, by the end of its name. */
const PROGRAMS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  ".sh": ["/bin/sh"],
  ".bash": ["bash"],
  ".py": ["python3"],
  ".js": ["node"],
  ".mjs": ["node"],
  ".cjs": ["node"],
  ".rb": ["ruby"],
  ".pl": ["perl"],
};

const SKIPPED_FOLDERS = new Set(["node_modules", "__pycache__", "vendor", "dist"]);

/** A script with the manifest that was made for it. */
export interface DiscoveredAgent {
  /** Relative to the folder that was searched. */
  readonly script: string;
  readonly manifest: AgentManifestText;
}

/** What a folder of scripts holds. */
export interface Discovery {
  readonly agents: readonly DiscoveredAgent[];
  /** Scripts that no manifest could be made for, and those that say that they are none. */
  readonly skipped: readonly { readonly script: string; readonly reason: string }[];
}

/**
 * Makes manifests for the scripts of a folder. What a script is called and can do follows from its place and name, unless
 * its header says so: `# holdpoint: capabilities = lint, format`, and in the same way `name`, `timeout`, `description`,
 * `version`, `concurrency`, `ignore`.
 *
 * @param folder to be searched; absolute
 * @param from folder that the agents will run in; absolute
 * @throws HP7304 when the folder cannot be read or holds too many files
 */
export async function discoverScripts(folder: string, from: string): Promise<Discovery> {
  const files = (await filesIn(folder)).sort();
  const agents: DiscoveredAgent[] = [];
  const skipped: { script: string; reason: string }[] = [];
  const stems = new Map<string, number>();
  for (const file of files) {
    const stem = stemOf(relative(folder, file));
    stems.set(stem, (stems.get(stem) ?? 0) + 1);
  }
  const names = new Set<string>();
  for (const file of files) {
    const script = relative(folder, file);
    const head = await headOf(file);
    const program = programOf(file, head);
    if (program === null) continue;
    const header = readHeader(head);
    if (header.has("ignore")) {
      skipped.push({ script, reason: "its header says that it is no agent" });
      continue;
    }
    const stem = stemOf(script);
    const name = header.get("name") ?? short((stems.get(stem) ?? 0) > 1 ? slug(withoutEnd(script)) : stem);
    const manifest = manifestOf({ name, stem, script, argv: [...program, relative(from, file)], header });
    const checked = agentManifestSchema.safeParse(manifest);
    const [issue] = checked.error?.issues ?? [];
    if (names.has(name)) skipped.push({ script, reason: `another script is called ${name} already` });
    else if (checked.data !== undefined) {
      names.add(name);
      agents.push({ script, manifest: checked.data });
    } else skipped.push({ script, reason: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}` });
  }
  return { agents, skipped };
}

/** A manifest as the text of its file. */
export function manifestText({ script, manifest }: DiscoveredAgent): string {
  const lines = Object.entries(manifest).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `# Made from ${JSON.stringify(script)} by holdpoint agent discover; yours to change.\n${lines.join("\n")}\n`;
}

interface Found {
  readonly name: string;
  readonly stem: string;
  readonly script: string;
  readonly argv: readonly string[];
  readonly header: ReadonlyMap<string, string>;
}

function manifestOf({ name, stem, script, argv, header }: Found): Readonly<Record<string, unknown>> {
  const folders = script.split(sep).slice(0, -1).map(slug);
  const said = header
    .get("capabilities")
    ?.split(/[\s,]+/)
    .filter((word) => word !== "");
  const capabilities = said ?? [...new Set([...folders, stem])].filter((word) => word !== "").map(short);
  const text = (key: string): Readonly<Record<string, string>> => {
    const value = header.get(key);
    return value === undefined ? {} : { [key]: value };
  };
  const timeout = header.get("timeout");
  const concurrency = header.get("concurrency");
  return {
    name,
    ...text("version"),
    ...text("description"),
    capabilities,
    argv,
    workspace: "shared",
    ...(timeout === undefined ? {} : { limits: { timeout } }),
    ...(concurrency === undefined ? {} : { concurrency: Number(concurrency) }),
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [folder];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    const entries = await readdir(at, { withFileTypes: true }).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw problem(agentProblems, "HP7304", { folder, reason }, { file: folder, cause });
    });
    for (const entry of entries) {
      if (entry.name.startsWith(".")) continue;
      // Links are not followed: they may lead anywhere, and round in circles.
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) folders.push(join(at, entry.name));
      else if (entry.isFile()) found.push(join(at, entry.name));
      if (found.length > MOST_FILES) {
        throw problem(agentProblems, "HP7304", { folder, reason: `it holds more than ${MOST_FILES} files` });
      }
    }
  }
  return found;
}

async function headOf(file: string): Promise<string> {
  const handle = await open(file, "r").catch(() => null);
  if (handle === null) return "";
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const { mode } = await lstat(file);
    const text = buffer.toString("utf8", 0, bytesRead);
    // A shebang speaks only for a file that may be executed.
    return text.startsWith("#!") && (mode & 0o111) === 0 ? text.slice(2) : text;
  } finally {
    await handle.close();
  }
}

/** What runs a file; null when it is no script. */
function programOf(file: string, head: string): readonly string[] | null {
  const known = PROGRAMS[extname(file).toLowerCase()];
  if (known !== undefined) return known;
  if (extname(file) !== "") return null;
  const shebang = /^#!\s*(\S+)(?:[ \t]+(\S+))?/.exec(head);
  if (shebang === null) return null;
  const [, program = "", argument] = shebang;
  if (program.endsWith("/env")) return argument === undefined || argument.startsWith("-") ? null : [argument];
  return argument === undefined ? [program] : [program, argument];
}

const HEADER = /^\s*(?:#|\/\/|\*|--)\s*holdpoint:\s*([a-z]+)\s*(?:[=:]\s*(.*?))?\s*$/;
const HEADER_KEYS = new Set(["name", "capabilities", "timeout", "description", "version", "concurrency", "ignore"]);

function readHeader(head: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of head.split("\n")) {
    const [, key, value] = HEADER.exec(line) ?? [];
    if (key !== undefined && HEADER_KEYS.has(key)) found.set(key, value ?? "");
  }
  if (!found.has("description")) {
    const first = head.split("\n").find((line) => /^\s*(?:#(?!!)|\/\/)\s*\w/.test(line) && !HEADER.test(line));
    const text = first
      ?.replace(/^\s*(?:#|\/\/)\s*/, "")
      .trim()
      .slice(0, 200);
    if (text !== undefined && text !== "") found.set("description", text);
  }
  return found;
}

function withoutEnd(script: string): string {
  return script.slice(0, script.length - extname(script).length);
}

function stemOf(script: string): string {
  return slug(withoutEnd(script).split(sep).at(-1) ?? "");
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/g, "-")
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
}

/** A name that is too long ends in a digest of it, so that two of them stay apart. */
function short(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, LONGEST_NAME - 9)}-${digest}`;
}
