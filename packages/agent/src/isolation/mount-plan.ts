import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { isInside } from "../command/working-directory.ts";
import { type Mount, mountOf, readOnlyOptions } from "./mount-table.ts";
import { hardLinks, kindOf, type Protection, resolveAbove } from "./protection.ts";

/** Sockets of services that would run a command for whoever may connect, outside of any isolation. */
const CONTROL_SOCKETS = [
  "/run/docker.sock",
  "/run/containerd/containerd.sock",
  "/run/buildkit/buildkitd.sock",
  "/run/crio/crio.sock",
  "/run/podman/podman.sock",
  "/run/systemd/private",
  "/run/dbus/system_bus_socket",
  "/run/snapd.socket",
  "/run/libvirt/libvirt-sock",
  "/var/snap/lxd/common/lxd/unix.socket",
  "/var/lib/incus/unix.socket",
];

/** Parts of `/proc` through which user 0 changes the whole machine without any capability. */
const MACHINE_SWITCHES = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi"];

/** Steps of the prelude, or why they cannot give what is asked. */
export type MountPlan =
  | { readonly possible: true; readonly steps: readonly string[]; readonly absent: readonly string[] }
  | { readonly possible: false; readonly reason: string };

/** What a {@link MountPlan} is made from. */
export interface MountPlanInput {
  readonly protection: Protection;
  /** Folders to write in that hold for every command; see `defaultWritable`. */
  readonly writable: readonly string[];
  readonly mounts: readonly Mount[];
  /** Effective user of this process. */
  readonly uid: number;
}

/**
 * Plans the mounts: everything read-only, then the writable folders, then in them what is hidden or read-only.
 *
 * Every folder between a writable folder and something protected in it becomes a mount of its own, because a mount
 * cannot be renamed away while a plain folder above it can.
 */
export function planMounts(input: MountPlanInput): MountPlan {
  const { protection, mounts, uid } = input;
  const folders = unique([...input.writable, ...protection.writable].flatMap((path) => existingFolder(path) ?? []));
  if (folders.includes("/")) return { possible: false, reason: "the plan's folder is the root folder" };
  const writable = outermost(folders).sort();
  const hidden = outermost(protection.hidden.map(resolveAbove));
  const readOnly = protection.readOnly
    .map(resolveAbove)
    .filter((path) => !hidden.some((folder) => isInside(folder, path)));
  const named = unique([...hidden, ...readOnly]);
  const weak = weakness(named, writable);
  if (weak !== null) return { possible: false, reason: weak };

  // Outer ones first, so that what is hidden in a folder that is only read stays hidden.
  const guarded = named.filter((path) => kindOf(path) !== "nothing").sort();
  const steps = [
    ...writable.flatMap((path) => ["keep", path]),
    ...lockAll(mounts, writable),
    ...pins(guarded, { folders, writable, readOnly }).flatMap((path) => ["keep", path]),
    ...guarded.flatMap((path) => guard(path, hidden.includes(path), mounts)),
    ...machineSteps(uid),
    "devices",
  ];
  const absent = named.filter(
    (path) => kindOf(path) === "nothing" && writable.some((folder) => isInside(folder, path)),
  );
  return { possible: true, steps, absent };
}

/** Which folders may be written, the outermost of them, and what in them may only be read. */
interface Layout {
  readonly folders: readonly string[];
  readonly writable: readonly string[];
  readonly readOnly: readonly string[];
}

/** Closes what leads out of the namespace by asking someone else: services, and switches that obey user 0. */
function machineSteps(uid: number): string[] {
  const switches = uid === 0 ? MACHINE_SWITCHES.filter((path) => kindOf(path) !== "nothing") : [];
  const masked = [...CONTROL_SOCKETS, "/proc/kcore"].filter((path) => kindOf(path) === "file");
  const runtime = `/run/user/${uid}`;
  return [
    ...switches.flatMap((path) => ["seal", path, "ro,nosuid,nodev,noexec"]),
    ...masked.flatMap((path) => ["mask", path]),
    ...(kindOf(runtime) === "folder" ? ["scratch", runtime] : []),
  ];
}

/** What mounts cannot protect: a link that can be replaced, or a second name of the same file. */
function weakness(guarded: readonly string[], writable: readonly string[]): string | null {
  for (const path of guarded) {
    const kind = kindOf(path);
    if (kind === "link" && writable.some((root) => isInside(root, path)))
      return `${path} is a symbolic link in a folder that the command may write`;
    if (kind === "file" && hardLinks(path) > 1) return `${path} has another hard link`;
  }
  return null;
}

/** Makes every mount read-only that is not below a writable folder, and not one that the prelude makes anew. */
function lockAll(mounts: readonly Mount[], writable: readonly string[]): string[] {
  const last = new Map(mounts.map((mount): [string, Mount] => [mount.path, mount]));
  return [...last.values()]
    .filter(({ path }) => !isInside("/proc", path) && !isInside("/dev", path))
    .filter(({ path }) => !writable.some((root) => isInside(root, path)))
    .filter(({ path, options }) => !options.includes("ro") && kindOf(path) !== "nothing")
    .flatMap((mount) => ["lock", mount.path, readOnlyOptions(mount)]);
}

/**
 * Folders in a writable folder that must stay where they are: workspaces, and what lies above something protected.
 *
 * What lies in a read-only folder stays by itself, and a mount of its own there would be writable.
 */
function pins(guarded: readonly string[], layout: Layout): string[] {
  const { folders, writable } = layout;
  const found = new Set<string>();
  for (const path of [...guarded, ...folders]) {
    const root = writable.find((folder) => isInside(folder, path));
    if (root === undefined || root === path) continue;
    if (folders.includes(path)) found.add(path);
    for (let above = dirname(path); above !== root; above = dirname(above)) {
      if (isWritable(above, layout)) found.add(above);
    }
  }
  return [...found].sort();
}

/** True when the innermost folder that says anything about a path says that it may be written. */
function isWritable(path: string, { folders, readOnly }: Layout): boolean {
  const around = [...folders, ...readOnly].filter((folder) => isInside(folder, path));
  const innermost = around.reduce((one, other) => (other.length > one.length ? other : one), "");
  return !readOnly.includes(innermost);
}

function guard(path: string, hide: boolean, mounts: readonly Mount[]): string[] {
  if (!hide) return ["seal", path, readOnlyOptions(mountOf(mounts, path))];
  return kindOf(path) === "folder" ? ["hide", path] : ["mask", path];
}

function existingFolder(path: string): string | null {
  try {
    const real = realpathSync(path);
    return kindOf(real) === "folder" ? real : null;
  } catch {
    return null;
  }
}

/** Leaves out folders that lie in another of the list. */
function outermost(paths: readonly string[]): string[] {
  const all = unique(paths);
  return all.filter((path) => !all.some((other) => other !== path && isInside(other, path)));
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)];
}
