import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";

/**
 * Runs a program to its end, within bounds. What it started is ended with it.
 *
 * @param {readonly string[]} argv
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, input?: string, timeoutMs?: number, maxBytes?: number }} [options]
 *   `timeoutMs` defaults to nine minutes, `maxBytes` of output to 64 MiB
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string, ended: null | "time" | "output" }>}
 *   rejects when it cannot be started
 */
export function run(argv, { cwd, env = process.env, input = "", timeoutMs = 540_000, maxBytes = 64 << 20 } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(argv[0], argv.slice(1), { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
    const chunks = { stdout: [], stderr: [] };
    let bytes = 0;
    let ended = null;
    const end = (why) => {
      ended ??= why;
      killGroup(child.pid);
    };
    const timer = setTimeout(() => end("time"), timeoutMs);
    const stopped = () => end("time");
    process.once("SIGTERM", stopped);
    for (const name of ["stdout", "stderr"]) {
      child[name].on("data", (chunk) => {
        bytes += chunk.length;
        if (bytes > maxBytes) end("output");
        else chunks[name].push(chunk);
      });
    }
    // A program that does not read its input may close it early.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    const settle = () => {
      clearTimeout(timer);
      process.removeListener("SIGTERM", stopped);
    };
    child.once("error", (error) => {
      settle();
      fail(new Error(`${argv[0]} cannot be started: ${error.code ?? error.message}`));
    });
    child.once("close", (code) => {
      settle();
      const text = (name) => Buffer.concat(chunks[name]).toString("utf8");
      done({ code, stdout: text("stdout"), stderr: text("stderr"), ended });
    });
  });
}

function killGroup(pid) {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

/** The environment without what makes a test runner below another one run nothing. */
export function cleanEnvironment(more = {}) {
  const env = { ...process.env };
  for (const name of ["NODE_TEST_CONTEXT", "NODE_V8_COVERAGE", "NODE_OPTIONS", "VITEST", "VITEST_WORKER_ID"])
    delete env[name];
  return { ...env, ...more };
}

/** Where a program lies: in `node_modules/.bin` here or above, else on the path; null when it is not there. */
export function programPath(name, folder = process.cwd()) {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const own = join(at, "node_modules", ".bin", name);
    if (existsSync(own)) return own;
    if (dirname(at) === at) break;
  }
  const places = (process.env.PATH ?? "").split(delimiter).map((place) => join(place, name));
  return places.find((place) => isExecutable(place)) ?? null;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The last lines of a text, for a summary. */
export function tail(text, lines = 20, characters = 4_000) {
  return text.trimEnd().split("\n").slice(-lines).join("\n").slice(-characters);
}
