// @ts-check
/**
 * A temporary folder in memory for the tests, which make hundreds of databases and repositories and throw them away: on a
 * disk they would spend half of their time waiting for it.
 *
 * It is mounted in a namespace that ends with the command, so that nothing stays behind, whatever becomes of it. It lies in
 * the system's temporary folder and not in `/dev/shm`, because isolated commands get a `/dev` of their own. That takes root
 * on Linux; elsewhere, with little memory, and where `TMPDIR` names a folder, the tests run on the disk.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What must be free, in bytes; the tests use up to a third of it. */
const NEEDED_BYTES = 6 * 1024 ** 3;
const MOUNT = 'mount -t tmpfs -o mode=1777 holdpoint-test "$0" && TMPDIR="$0" exec "$@"';

/**
 * Makes the folder.
 *
 * @returns {{ inside: (command: string[]) => string[], remove: () => void } | null} what puts a command into it, or null
 * where there is none
 */
export function memoryFolder() {
  const { TMPDIR = "" } = process.env;
  if (process.platform !== "linux" || process.getuid?.() !== 0 || TMPDIR !== "") return null;
  if (process.availableMemory() < NEEDED_BYTES) return null;
  // A short name: the paths of sockets below it must not be longer than 107 bytes.
  const folder = mkdtempSync(join(tmpdir(), "hp-"));
  const remove = () => rmdirSync(folder);
  const inside = (/** @type {string[]} */ command) => [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-c",
    MOUNT,
    folder,
    ...command,
  ];
  const [program = "", ...args] = inside(["true"]);
  if (spawnSync(program, args, { stdio: "ignore" }).status === 0) return { inside, remove };
  remove();
  return null;
}
