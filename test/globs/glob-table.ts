/**
 * What globs mean, for everything that matches paths: `files`, `inputs`, and what the subject leaves out.
 *
 * Each row: the glob, a path, and whether it matches.
 */
export const GLOB_TABLE: readonly (readonly [glob: string, path: string, matches: boolean])[] = [
  ["*.ts", "a.ts", true],
  ["*.ts", "src/a.ts", false],
  ["*.ts", "a.tsx", false],
  ["*.ts", ".ts", true],
  ["**/*.ts", "a.ts", true],
  ["**/*.ts", "x/y/a.ts", true],
  ["src/**", "src/x/y", true],
  ["src/**", "lib/x", false],
  ["./src/*", "src/a", true],
  ["src//a", "src/a", true],
  ["src/*", "src/a/b", false],
  ["src/**/test/?.ts", "src/test/a.ts", true],
  ["src/**/test/?.ts", "src/x/test/b.ts", true],
  ["src/**/test/?.ts", "src/test/ab.ts", false],
  ["a**b", "axyb", true],
  ["a**b", "a/b", false],
  ["a*b*c", "aXbYbZc", true],
  ["?", "", false],
  ["*.{ts,js}", "a.ts", false],
  ["*.{ts,js}", "a.{ts,js}", true],
  ["[a-c].txt", "a.txt", false],
  ["[a-c].txt", "[a-c].txt", true],
  ["[!a].txt", "b.txt", false],
  ["a+(b).txt", "a+(b).txt", true],
  ["a.b", "axb", false],
  ["A.txt", "a.txt", false],
];
