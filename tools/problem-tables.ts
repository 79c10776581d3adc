import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProblemDefinition } from "../packages/core/src/problem.ts";

/** One entry of the catalogue with the table it stands in. */
export interface FoundProblem {
  readonly code: string;
  readonly definition: ProblemDefinition;
  /** Path of the table below the root. */
  readonly file: string;
  /** Name under which the table is exported. */
  readonly table: string;
}

/** What the first digit of a code says. */
export const PROBLEM_AREAS: Readonly<Record<string, string>> = {
  1: "Reading documents",
  2: "Criteria, sidecar, binding and trust",
  3: "Evidence",
  4: "Judging and verifying",
  5: "Work and runs",
  6: "Store and database",
  7: "Agents and running commands",
  8: "Command line and configuration",
  9: "Everything else",
};

/** Paths of all problem tables, sorted. */
export function problemFiles(root: string): readonly string[] {
  return readdirSync(join(root, "packages"))
    .flatMap((name) => walk(root, `packages/${name}/src`))
    .filter((path) => path.endsWith(".problems.ts"))
    .sort();
}

/** Every problem of every `*.problems.ts` in the packages, sorted by code. Codes that stand twice are given twice. */
export async function findProblems(root: string): Promise<readonly FoundProblem[]> {
  const found: FoundProblem[] = [];
  for (const file of problemFiles(root)) {
    const module: unknown = await import(/* @vite-ignore */ pathToFileURL(join(root, file)).href);
    if (typeof module !== "object" || module === null) continue;
    for (const [table, entries] of Object.entries(module)) {
      if (!isTable(entries)) continue;
      for (const [code, definition] of Object.entries(entries)) found.push({ code, definition, file, table });
    }
  }
  return found.sort((a, b) => (a.code < b.code ? -1 : 1));
}

function isTable(value: unknown): value is Record<string, ProblemDefinition> {
  return typeof value === "object" && value !== null && Object.keys(value).every((key) => /^HP\d{4}$/.test(key));
}

function walk(root: string, folder: string): readonly string[] {
  let entries: ReturnType<typeof list>;
  try {
    entries = list(join(root, folder));
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? walk(root, path) : [path];
  });
}

function list(dir: string): { name: string; isDirectory(): boolean }[] {
  return readdirSync(dir, { withFileTypes: true });
}
