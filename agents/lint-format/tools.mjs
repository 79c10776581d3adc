import { existsSync, readFileSync } from "node:fs";
import { projectFiles } from "../shared/files.mjs";

/**
 * How one linter or formatter is recognised, called and understood.
 *
 * @typedef {object} Tool
 * @property {string} name
 * @property {RegExp | null} config a file in the project's folder that configures it
 * @property {string | null} npm its package, when package.json can name it
 * @property {string} program
 * @property {readonly string[]} version arguments that make it say its version
 * @property {(files: () => string[]) => readonly string[]} args
 * @property {(result: { code: number | null, stdout: string, stderr: string }, files: () => string[]) => Reading | null} read
 *   null when the output shows no run
 * @typedef {{ findings: number, files: number, rules: number }} Reading
 */

/** @type {readonly Tool[]} */
export const TOOLS = [
  {
    name: "biome",
    config: /^biome\.jsonc?$/,
    npm: "@biomejs/biome",
    program: "biome",
    version: ["--version"],
    args: () => ["check", "--reporter=json", "."],
    read({ stdout }) {
      const report = jsonIn(stdout);
      const { errors, warnings, unchanged, changed } = report?.summary ?? {};
      if (!Number.isInteger(errors) || !Number.isInteger(unchanged)) return null;
      // Which rules were on, it does not say: formatting, import order and linting count as one each.
      return { findings: errors + (warnings ?? 0), files: unchanged + (changed ?? 0), rules: 3 };
    },
  },
  {
    name: "oxlint",
    config: /^\.oxlintrc\.json$/,
    npm: "oxlint",
    program: "oxlint",
    version: ["--version"],
    args: () => ["--format=json", "--ignore-pattern=**/node_modules/**", "."],
    read({ stdout }) {
      const report = jsonIn(stdout);
      if (!Array.isArray(report?.diagnostics) || !Number.isInteger(report.number_of_files)) return null;
      return { findings: report.diagnostics.length, files: report.number_of_files, rules: report.number_of_rules ?? 0 };
    },
  },
  {
    name: "eslint",
    config: /^(?:eslint\.config\.[cm]?[jt]s|\.eslintrc(?:\.\w+)?)$/,
    npm: "eslint",
    program: "eslint",
    version: ["--version"],
    args: () => ["--format=json", "."],
    read({ code, stdout }) {
      const report = jsonIn(stdout);
      if (!Array.isArray(report) || (code ?? 2) > 1) return null;
      const findings = report.reduce((sum, file) => sum + file.errorCount + file.warningCount, 0);
      return { findings, files: report.length, rules: 1 };
    },
  },
  {
    name: "prettier",
    config: /^(?:\.prettierrc(?:\.\w+)?|prettier\.config\.[cm]?[jt]s)$/,
    npm: "prettier",
    program: "prettier",
    version: ["--version"],
    args: (files) => ["--list-different", "--ignore-unknown", "--", ...files()],
    read({ code, stdout }, files) {
      if ((code ?? 2) > 1) return null;
      return { findings: linesOf(stdout), files: files().length, rules: 1 };
    },
  },
  {
    name: "ruff",
    config: /^\.?ruff\.toml$/,
    npm: null,
    program: "ruff",
    version: ["--version"],
    args: () => ["check", "--output-format=json", "."],
    read({ code, stdout }) {
      const report = jsonIn(stdout);
      if (!Array.isArray(report) || (code ?? 2) > 1) return null;
      return {
        findings: report.length,
        files: projectFiles([]).filter((file) => /\.pyi?$/.test(file)).length,
        rules: 1,
      };
    },
  },
  {
    name: "gofmt",
    config: /^go\.mod$/,
    npm: null,
    program: "gofmt",
    version: [],
    args: (files) => ["-l", ...files().filter((file) => file.endsWith(".go"))],
    read({ code, stdout }, files) {
      if (code !== 0) return null;
      return { findings: linesOf(stdout), files: files().filter((file) => file.endsWith(".go")).length, rules: 1 };
    },
  },
];

/** The tools that the project has configured, by a file of their own or in package.json. @param {readonly string[]} names */
export function configured(names) {
  const manifest = existsSync("package.json") ? JSON.parse(readFileSync("package.json", "utf8")) : {};
  const packages = { ...manifest.dependencies, ...manifest.devDependencies };
  return TOOLS.filter(
    ({ name, config, npm }) =>
      names.some((file) => config?.test(file)) ||
      (npm !== null && (npm in packages || `${name}Config` in manifest || name in manifest)) ||
      (name === "ruff" &&
        existsSync("pyproject.toml") &&
        /^\[tool\.ruff/m.test(readFileSync("pyproject.toml", "utf8"))),
  );
}

function jsonIn(text) {
  try {
    return JSON.parse(text.slice(Math.max(0, text.search(/^[[{]/m))));
  } catch {
    return null;
  }
}

function linesOf(text) {
  return text.split("\n").filter((line) => line.trim() !== "").length;
}
