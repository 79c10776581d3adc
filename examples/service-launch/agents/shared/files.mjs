import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** Folders that hold what others wrote, or what was built. */
const LEFT_OUT = new Set([
  ".git",
  ".holdpoint",
  ".venv",
  "build",
  "coverage",
  "dist",
  "node_modules",
  "target",
  "third_party",
  "vendor",
]);
/** Larger files are data, bytes. */
const LARGEST = 5 << 20;

/**
 * The project's own files below some places, sorted: what git knows or does not ignore, else everything. Vendored and
 * built folders, links, and `except` are left out.
 *
 * @param {readonly string[]} places relative to the working directory; none means all of it
 * @param {readonly string[]} [except] folders by name
 * @returns {string[]} relative paths with `/`
 */
export function projectFiles(places, except = []) {
  const asked = places.length === 0 ? ["."] : places;
  for (const place of asked) if (!existsSync(place)) throw new Error(`${place} is not there`);
  const leftOut = new Set([...LEFT_OUT, ...except]);
  const found = new Set(asked.flatMap((place) => fromGit(place) ?? walk(place, leftOut)));
  return [...found]
    .filter((path) => !path.split("/").some((part) => leftOut.has(part)))
    .filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .sort((a, b) => (a < b ? -1 : 1));
}

function fromGit(place) {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", place];
  const { status, stdout } = spawnSync("git", args, { encoding: "utf8", maxBuffer: 256 << 20 });
  const paths = status === 0 ? stdout.split("\0").filter((path) => path !== "") : [];
  // Nothing: no repository, or a place that git ignores altogether and that was named all the same.
  return paths.length === 0 ? null : paths;
}

function walk(place, leftOut) {
  if (lstatSync(place).isFile()) return [relative(".", place).replaceAll("\\", "/")];
  return readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
    const path = join(place, entry.name);
    if (entry.isDirectory()) return leftOut.has(entry.name) ? [] : walk(path, leftOut);
    return entry.isFile() ? [relative(".", path).replaceAll("\\", "/")] : [];
  });
}

/** The text of a file; null when it is none, or too large to be written by people. */
export function readText(path) {
  if (lstatSync(path).size > LARGEST) return null;
  const bytes = readFileSync(path);
  return bytes.subarray(0, 8_000).includes(0) ? null : bytes.toString("utf8");
}

/** A JSON file; the error says which one and what is wrong. */
export function readJson(path) {
  let content;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`${path} cannot be read: ${error.code ?? error.message}`, { cause: error });
  }
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new Error(`${path} is not JSON: ${error.message}`, { cause: error });
  }
}
