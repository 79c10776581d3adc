// @ts-check
/**
 * How long the source files are, as metric lines for ACCEPTANCE.md. Tests and generated files are left out; a file over
 * 400 lines is two ideas.
 *
 *   node tools/file-sizes.mjs [FOLDER]
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./install.mjs";

const LIMIT = 400;
const ENDINGS = /\.(ts|tsx|mts|js|mjs|cjs)$/;
const LEFT_OUT = /\.(test|generated)\.[a-z]+$/;
const FOLDERS_LEFT_OUT = new Set(["node_modules", "dist", "coverage", ".holdpoint", ".git"]);

/**
 * @param {string} folder
 * @returns {{ path: string, lines: number }[]} sorted by size, the largest first
 */
export function sourceFiles(folder) {
  return ["packages", "agents", "tools", "bench", "test"]
    .flatMap((name) => walk(folder, name))
    .map((path) => ({ path, lines: countLines(readFileSync(join(folder, path), "utf8")) }))
    .sort((a, b) => b.lines - a.lines || (a.path < b.path ? -1 : 1));
}

/**
 * @param {string} folder @param {string} path
 * @returns {string[]}
 */
function walk(folder, path) {
  const dir = join(folder, path);
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return FOLDERS_LEFT_OUT.has(entry.name) ? [] : walk(folder, `${path}/${entry.name}`);
    return ENDINGS.test(entry.name) && !LEFT_OUT.test(entry.name) ? [`${path}/${entry.name}`] : [];
  });
}

/** @param {string} text */
function countLines(text) {
  const lines = text.split("\n").length;
  return text.endsWith("\n") || text === "" ? lines - 1 : lines;
}

/**
 * @param {{ path: string, lines: number }[]} files the largest first
 * @param {(text: string) => void} write
 * @returns {number} the exit code
 */
export function report(files, write) {
  const over = files.filter(({ lines }) => lines > LIMIT);
  for (const { path, lines } of over) write(`over ${LIMIT} lines: ${path} (${lines})`);
  const largest = files[0];
  if (largest === undefined) {
    // No files is no proof that files are small.
    write("no source files found");
    return 1;
  }
  write(`source_files=${files.length}`);
  write(`largest_source_file=${largest.lines}`);
  write(`source_files_over_${LIMIT}=${over.length}`);
  write(`source_file_p90=${percentile(files, 0.9)}`);
  write(`source_file_median=${percentile(files, 0.5)}`);
  return over.length === 0 ? 0 : 1;
}

/**
 * Nearest rank.
 *
 * @param {{ lines: number }[]} files the largest first @param {number} share
 */
function percentile(files, share) {
  return files[files.length - Math.ceil(files.length * share)]?.lines ?? 0;
}

if (process.argv[1] === import.meta.filename) {
  process.exitCode = report(sourceFiles(process.argv[2] ?? root), (text) => process.stdout.write(`${text}\n`));
}
