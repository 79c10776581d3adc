import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const NODE_VERSION = "22.23.3";
/** What the npm package `node` itself would install by a script; scripts are off here. */
const NODE_PACKAGE = `${process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node"}-${process.platform}-${process.arch}`;

/** Packages that are installed beside the project, and a Node for them. */
export interface InstalledApart {
  readonly folder: string;
  /** This one where it is new enough. */
  readonly node: string;
}

/**
 * Installs packages that need Node 22 from the npm registry into a folder of their own, with a Node of that version, from npm
 * too, where this one is older. Another call with the same name finds them there.
 *
 * @param name of the folder: another one for other versions
 * @param packages `NAME@VERSION`
 */
export function installApart(name: string, packages: readonly string[]): InstalledApart {
  const folder = join(tmpdir(), `holdpoint-${name}-${process.getuid?.() ?? "user"}`);
  const isNew = Number(process.versions.node.split(".")[0]) >= 22;
  const node = isNew ? process.execPath : join(folder, "node_modules", NODE_PACKAGE, "bin/node");
  const mark = join(folder, "installed.json");
  if (existsSync(mark) && existsSync(node)) return { folder, node };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
  const wanted = [...packages, ...(isNew ? [] : [`${NODE_PACKAGE}@${NODE_VERSION}`])];
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...wanted], {
    cwd: folder,
    // What a command prints is its own.
    stdio: ["ignore", 2, "inherit"],
  });
  if (status !== 0) throw new Error(`${wanted.join(" and ")} could not be installed into ${folder}`);
  writeFileSync(mark, JSON.stringify(wanted));
  return { folder, node };
}
