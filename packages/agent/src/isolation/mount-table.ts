import { join } from "node:path";

/** One line of `/proc/self/mountinfo`. */
export interface Mount {
  readonly path: string;
  /** What of the file system is seen there; `/` for all of it. */
  readonly root: string;
  /** Of the file system: `ext4`, `cgroup2` … */
  readonly type: string;
  /** Options of this mount: `ro`, `nosuid`, `relatime` … */
  readonly options: readonly string[];
}

/** Options that a less privileged namespace must keep when it mounts again (`man 7 mount_namespaces`). */
const KEPT = new Set(["nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime", "strictatime"]);

/** Parses `/proc/self/mountinfo`; later mounts stand over earlier ones. */
export function parseMountInfo(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.split(" ");
    const [root, path, options] = [fields[3], fields[4], fields[5]];
    if (root === undefined || path === undefined || options === undefined) return [];
    // A varying number of fields stands before the dash.
    const type = fields[fields.indexOf("-", 6) + 1] ?? "";
    return [{ path: unescape(path), root: unescape(root), type, options: options.split(",") }];
  });
}

/** Options with which a mount is made read-only and keeps all else that it is locked to. */
export function readOnlyOptions(mount: Mount): string {
  return ["ro", ...mount.options.filter((option) => KEPT.has(option))].join(",");
}

/** The mount that a path lies on. */
export function mountOf(mounts: readonly Mount[], path: string): Mount {
  let best: Mount = { path: "/", root: "/", type: "", options: ["rw", "relatime"] };
  for (const mount of mounts) {
    if (isBelow(mount.path, path) && mount.path.length >= best.path.length) best = mount;
  }
  return best;
}

/** Where a path of a file system is seen through one of its mounts; null when it is not. */
export function seenThrough(mount: Mount, path: string): string | null {
  if (!isBelow(mount.root, path)) return null;
  return join(mount.path, mount.root === "/" ? path : path.slice(mount.root.length));
}

function isBelow(folder: string, path: string): boolean {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}

/** Spaces, tabs, line breaks and backslashes are written as octal numbers, byte for byte. */
function unescape(path: string): string {
  if (!path.includes("\\")) return path;
  const bytes = Buffer.from(path, "utf8").toString("latin1");
  const plain = bytes.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return Buffer.from(plain, "latin1").toString("utf8");
}
