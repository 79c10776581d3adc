// @ts-check
/**
 * Adds the optional packages of other platforms to package-lock.json, where the registry at hand could not be asked for
 * them: without the entries `npm ci` refuses the lockfile. Run after every `npm install`; `--check` only tells.
 *
 * An entry made here has no digest, since its package was not seen; `licences.mjs` counts such entries.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./install.mjs";

const SYSTEMS = new Map(
  Object.entries({ linuxmusl: "linux", windows: "win32" }).concat(
    ["android", "darwin", "linux", "win32", "freebsd", "openbsd", "netbsd", "sunos", "aix", "openharmony"].map(
      (name) => [name, name],
    ),
  ),
);
const PROCESSORS = new Set([
  "arm64",
  "x64",
  "ia32",
  "arm",
  "ppc64",
  "riscv64",
  "s390x",
  "loong64",
  "mips64el",
  "wasm32",
]);

/**
 * The platform that a package's name tells, in the words of package.json; null when it tells none.
 *
 * @param {string} name such as `@scope/tool-linux-arm64-musl`
 */
export function platformOf(name) {
  const words = (name.split("/").at(-1) ?? "").split("-");
  const os = words.flatMap((word) => SYSTEMS.get(word) ?? []);
  const cpu = words.filter((word) => PROCESSORS.has(word));
  if (os.length === 0 && cpu.length === 0) return null;
  const libc = words.some((word) => word.includes("musl"))
    ? ["musl"]
    : words.some((word) => word.startsWith("gnu"))
      ? ["glibc"]
      : null;
  return { os, cpu, libc };
}

/**
 * @typedef {{ version?: string, dev?: boolean, license?: string, optional?: boolean, os?: string[], cpu?: string[],
 *   libc?: string[], optionalDependencies?: Record<string, string> }} LockEntry
 *
 * @param {Record<string, LockEntry>} packages the lockfile's `packages`, changed in place
 * @returns {string[]} what was added
 */
export function complete(packages) {
  const added = [];
  for (const [place, entry] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      const key = `node_modules/${name}`;
      const platform = platformOf(name);
      if (platform === null || key in packages || `${place}/${key}` in packages) continue;
      packages[key] = {
        version: range.replace(/^[\^~]/, ""),
        ...(platform.cpu.length > 0 ? { cpu: platform.cpu } : {}),
        ...(entry.dev === true ? { dev: true } : {}),
        ...(platform.libc === null ? {} : { libc: platform.libc }),
        license: entry.license ?? "MIT",
        optional: true,
        ...(platform.os.length > 0 ? { os: platform.os } : {}),
      };
      added.push(key);
    }
  }
  return added;
}

if (process.argv[1] === import.meta.filename) {
  const file = join(root, "package-lock.json");
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const added = complete(lock.packages);
  if (process.argv.includes("--check")) {
    for (const key of added) process.stderr.write(`package-lock.json has no entry for ${key}\n`);
    process.exitCode = added.length === 0 ? 0 : 1;
  } else if (added.length > 0) {
    lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  }
  process.stdout.write(`${added.length} entries ${process.argv.includes("--check") ? "missing" : "added"}\n`);
}
