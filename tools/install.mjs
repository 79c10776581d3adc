// @ts-check
/**
 * Installs what the lockfile asks for, when it is not there yet. Every README command begins with this, so that a fresh
 * clone needs no step of its own.
 */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository, absolute. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Stops with a plain message when this Node is older than the project supports. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  process.stderr.write(`Holdpoint needs Node.js 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(69);
}

/** Runs `npm ci` unless node_modules is already what the lockfile says. */
export function ensureInstalled() {
  requireNode();
  const marker = join(root, "node_modules", ".package-lock.json");
  const lock = join(root, "package-lock.json");
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return;
  process.stderr.write("Installing dependencies (npm ci) …\n");
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
}

/**
 * Runs a command in the project's root with its output shown; ends this process with the command's exit code if it
 * fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ allowFailure?: boolean, env?: NodeJS.ProcessEnv }} [options]
 * @returns {number} the exit code
 */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...options.env } });
  const code = result.status ?? 1;
  if (result.error) process.stderr.write(`${command}: ${result.error.message}\n`);
  if (code !== 0 && !options.allowFailure) process.exit(code);
  return code;
}

/** Path of a tool installed in node_modules. @param {string} name */
export function bin(name) {
  return join(root, "node_modules", ".bin", name);
}
