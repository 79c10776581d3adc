import { problem } from "@holdpoint/core";
import { serveProblems } from "./serve.problems.ts";

/** How `holdpoint up` uses its database. */
export interface DatabaseSettings {
  readonly poolSize?: number;
  readonly readTimeoutMs?: number;
}

/** Environment variables with the range of their whole numbers. */
const POOL_SIZE = { name: "HOLDPOINT_DATABASE_POOL", least: 2, most: 500 } as const;
const READ_TIMEOUT = { name: "HOLDPOINT_READ_TIMEOUT_MS", least: 0, most: 3_600_000 } as const;

/** Reads the settings from the environment. @throws HP8048 */
export function databaseSettings(env: NodeJS.ProcessEnv): DatabaseSettings {
  const poolSize = numberFrom(env, POOL_SIZE);
  const readTimeoutMs = numberFrom(env, READ_TIMEOUT);
  return {
    ...(poolSize === null ? {} : { poolSize }),
    ...(readTimeoutMs === null ? {} : { readTimeoutMs }),
  };
}

function numberFrom(
  env: NodeJS.ProcessEnv,
  { name, least, most }: { readonly name: string; readonly least: number; readonly most: number },
): number | null {
  const value = env[name] ?? "";
  if (value === "") return null;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw problem(serveProblems, "HP8048", { name, value, least, most }, { field: name });
}
