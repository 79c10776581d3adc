/** One line of `/proc/self/mountinfo`. */
export interface Mount {
  readonly path: string;
  /** Options of this mount: `ro`, `nosuid`, `relatime` … */
  readonly options: readonly string[];
}

/** Options that a less privileged namespace must keep when it mounts again (`man 7 mount_namespaces`). */
const KEPT = new Set(["nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime", "strictatime"]);

/** Parses `/proc/self/mountinfo`; later mounts stand over earlier ones. */
export function parseMountInfo(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.split(" ");
    const [path, options] = [fields[4], fields[5]];
    if (path === undefined || options === undefined) return [];
    return [{ path: unescape(path), options: options.split(",") }];
  });
}

/** Options with which a mount is made read-only and keeps all else that it is locked to. */
export function readOnlyOptions(mount: Mount): string {
  return ["ro", ...mount.options.filter((option) => KEPT.has(option))].join(",");
}

/** The mount that a path lies on. */
export function mountOf(mounts: readonly Mount[], path: string): Mount {
  let best: Mount = { path: "/", options: ["rw", "relatime"] };
  for (const mount of mounts) {
    const covers = mount.path === "/" || path === mount.path || path.startsWith(`${mount.path}/`);
    if (covers && mount.path.length >= best.path.length) best = mount;
  }
  return best;
}

/** Spaces, tabs, line breaks and backslashes are written as octal numbers, byte for byte. */
function unescape(path: string): string {
  if (!path.includes("\\")) return path;
  const bytes = Buffer.from(path, "utf8").toString("latin1");
  const plain = bytes.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return Buffer.from(plain, "latin1").toString("utf8");
}
