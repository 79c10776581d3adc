import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { PROBLEM_CATALOGUE } from "../packages/cli/src/problem-catalogue.ts";
import { type FoundProblem, findProblems, PROBLEM_AREAS, problemFiles } from "./problem-tables.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const EXITS = new Set([1, 2, 64, 65, 69, 70, 130]);

let problems: readonly FoundProblem[] = [];

beforeAll(async () => {
  problems = await findProblems(root);
});

/** Files below a folder, by their endings; what is built, installed or recorded is left out. */
function filesBelow(folder: string, endings: readonly string[]): readonly string[] {
  const dir = join(root, folder);
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (["node_modules", "dist", "coverage", ".holdpoint"].includes(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(path, endings);
    return endings.some((ending) => path.endsWith(ending)) ? [path] : [];
  });
}

describe("the catalogue of problems", () => {
  test("holds every table that a package has", () => {
    const known = new Set(PROBLEM_CATALOGUE.flatMap((table) => Object.keys(table)));
    const missing = problems.filter(({ code }) => !known.has(code)).map(({ table, file }) => `${table} of ${file}`);
    expect(
      [...new Set(missing)],
      "export the table from its package's index.ts and add it to packages/cli/src/problem-catalogue.ts",
    ).toEqual([]);
  });

  test("is found in every file that is named for it", () => {
    const withTable = new Set(problems.map(({ file }) => file));
    expect(problemFiles(root).filter((file) => !withTable.has(file))).toEqual([]);
  });

  test("uses each code once", () => {
    const codes = problems.map(({ code }) => code);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  test("keeps to the areas of its codes", () => {
    expect(problems.filter(({ code }) => PROBLEM_AREAS[code[2] ?? ""] === undefined)).toEqual([]);
  });

  test("says for each what happened, why, and what to do, and ends with an exit code of the contract", () => {
    const poor = problems.filter(({ definition: { title, message, remedy, why, exit } }) => {
      const isShort = [title, message, remedy, why].some((text) => text.trim().length < 8);
      return isShort || title.endsWith(".") || !EXITS.has(exit);
    });
    expect(poor.map(({ code, definition }) => `${code} ${definition.title}`)).toEqual([]);
  });

  test("knows every code that the code or the docs mention", () => {
    const known = new Set(problems.map(({ code }) => code));
    const files = [
      ...filesBelow("packages", [".ts"]),
      ...filesBelow("docs", [".md"]),
      ...filesBelow("examples", [".md", ".yaml"]),
      "README.md",
      "CONTRIBUTING.md",
      "SECURITY.md",
      "CHANGELOG.md",
    ].filter(
      (path) => existsSync(join(root, path)) && !/\.(test|testing)\.ts$/.test(path) && !path.includes("/testing/"),
    );
    const unknown = files.flatMap((path) => {
      const codes = new Set(readFileSync(join(root, path), "utf8").match(/\bHP\d{4}\b/g));
      return [...codes].filter((code) => !known.has(code)).map((code) => `${code} in ${path}`);
    });
    expect(unknown).toEqual([]);
  });

  test("has a page for each code, and no page without one", () => {
    const pages = readdirSync(join(root, "docs/problems")).filter((name) => name !== "README.md");
    expect(pages.sort(), "npm run generate").toEqual(problems.map(({ code }) => `${code}.md`).sort());
  });
});
