import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Longest time, in milliseconds, that the service may take until it listens. */
const START_TIMEOUT_MS = 10_000;

/**
 * Starts the service as its own process on a port that the system chooses, hands its address to `use`, and stops it
 * again, whatever happens.
 *
 * @template T
 * @param {(service: { base: string, port: number }) => Promise<T>} use
 * @param {NodeJS.ProcessEnv} [env] variables for the service
 * @returns {Promise<T>}
 */
export async function withService(use, env = {}) {
  const child = spawn(process.execPath, ["service/main.mjs"], {
    env: { ...process.env, ...env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const timer = setTimeout(() => child.kill("SIGKILL"), START_TIMEOUT_MS);
  try {
    const port = await portOf(child);
    clearTimeout(timer);
    return await use({ base: `http://127.0.0.1:${port}`, port });
  } finally {
    clearTimeout(timer);
    child.kill("SIGTERM");
    const stubborn = setTimeout(() => child.kill("SIGKILL"), 1_000);
    await ended;
    clearTimeout(stubborn);
  }
}

/** The port in the service's first line; an error when it ends without one. */
async function portOf(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /^listening on (\d+)$/.exec(line)?.[1];
    if (port) return Number(port);
  }
  throw new Error("the service ended before it listened");
}
