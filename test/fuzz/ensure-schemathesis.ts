import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");
/** https://schemathesis.io, MIT. */
const VERSION = "4.32.5";
/** Exit code of a run for which something is missing on the machine. */
export const MISSING_EXIT = 69;

/** What is missing, in words for whoever runs the tool. */
export class MissingTool extends Error {}

/** Where it is kept from one run to the next: in this clone, where nobody else has put anything for it to be started. */
export const CACHE: string = join(ROOT, "node_modules", ".cache", `schemathesis-${VERSION}`);

/**
 * Makes a virtual environment with Schemathesis when the folder has none; answers its command.
 *
 * @param python command that starts Python 3.11 or later
 * @throws MissingTool with what to install
 */
export function ensureSchemathesis(python: string, folder: string): string {
  const command = join(folder, "bin", "schemathesis");
  if (existsSync(command)) return command;
  const version = spawnSync(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], { encoding: "utf8" });
  const found = version.status === 0 ? version.stdout.trim() : null;
  if (found === null || !isNewEnough(found)) {
    const there = found === null ? `${python} does not start` : `${python} is Python ${found}`;
    throw new MissingTool(
      `Schemathesis needs Python 3.11 or later with its venv module, and ${there}. Install it (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python), or name another with PYTHON=/path/to/python3.`,
    );
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  step(python, ["-m", "venv", folder], "Debian and Ubuntu have the venv module apart: apt-get install python3-venv.");
  const wanted = `schemathesis==${VERSION}`;
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted];
  step(join(folder, "bin", "python"), pip, `${wanted} comes from the Python package index, which has to be reachable.`);
  return command;
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 11);
}

function step(command: string, args: readonly string[], remedy: string): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new MissingTool(`${[command, ...args].join(" ")} failed. ${remedy}\n${stdout}${stderr}`);
}
