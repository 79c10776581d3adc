// @ts-check
/** Metric lines: how many problems of the catalogue have no page, and how many pages have no problem. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./install.mjs";

const codes = new Set();
for (const entry of readdirSync(join(root, "packages"), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith(".problems.ts") || entry.parentPath.includes("node_modules")) continue;
  const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
  for (const match of text.matchAll(/^\s{2}(HP\d{4}):/gm)) codes.add(match[1]);
}
const pages = new Set(
  readdirSync(join(root, "docs/problems")).flatMap((name) => /^(HP\d{4})\.md$/.exec(name)?.[1] ?? []),
);

const missing = [...codes].filter((code) => !pages.has(code));
const leftOver = [...pages].filter((code) => !codes.has(code));
for (const code of missing) process.stderr.write(`${code} has no page in docs/problems\n`);
for (const code of leftOver) process.stderr.write(`docs/problems/${code}.md is of no problem\n`);
process.stdout.write(
  `problems=${codes.size}\nproblems_without_a_page=${missing.length}\npages_without_a_problem=${leftOver.length}\n`,
);
