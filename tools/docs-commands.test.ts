import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { readDocsPage } from "./docs-blocks.ts";
import { runDocsPage } from "./run-docs-page.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const launcher = join(root, "packages/cli/bin/holdpoint.mjs");
const isBuilt = existsSync(join(root, "packages/cli/dist/main.js"));

/** The pages whose commands are run. */
const pages = ["README.md", ...readdirSync(join(root, "docs/guide")).map((name) => `docs/guide/${name}`)]
  .filter((path) => path.endsWith(".md") && existsSync(join(root, path)))
  .sort()
  .map((path) => ({ path, page: readDocsPage(readFileSync(join(root, path), "utf8")) }));

const withCommands = pages.filter(({ page }) => page.steps.some(({ kind }) => kind === "commands"));

let ran = 0;

afterAll(() => {
  const shown = pages.flatMap(({ path, page }) => page.shown.map(({ line, reason }) => `  ${path}:${line}: ${reason}`));
  const head = `docs commands: ${ran} blocks run on ${withCommands.length} of ${pages.length} pages, ${shown.length} shown only`;
  process.stdout.write(`${[head, ...shown].join("\n")}\n`);
});

describe("the commands that the docs show", () => {
  test("are marked, every one", () => {
    const mistakes = pages.flatMap(({ path, page }) =>
      page.mistakes.map(({ line, what }) => `${path}:${line}: ${what}`),
    );
    expect(mistakes).toEqual([]);
  });

  test("have a command line to run", () => {
    expect(isBuilt, "packages/cli/dist is missing; run npm run build").toBe(true);
  });

  test.each(withCommands)("do on $path what it says", { timeout: 120_000 }, ({ path, page }) => {
    const result = runDocsPage(page, { root, launcher, timeoutMs: 60_000 });
    ran += result.ran;
    const told = result.failures.map(({ line, what, printed }) => `${path}:${line} ${what}\n${printed}`);
    expect(told.join("\n")).toBe("");
  });
});
