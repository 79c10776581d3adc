import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, the ending zero included. */
const MAX_SOCKET_PATH_BYTES = 103;

/** The name PostgreSQL gives its socket for the port that `pg` assumes. */
export const SOCKET_NAME = ".s.PGSQL.5432";

/** A directory whose socket can be connected to. */
export interface SocketDir {
  readonly path: string;
  /** Removes what was made for it. */
  remove(): void;
}

/**
 * Gives a path short enough for a socket: the directory itself, or a link to it from the temporary directory.
 *
 * The socket always stands inside `.holdpoint/`; hiding that directory from a process hides the database as well. The
 * link is inside a fresh directory that only this user may enter, so that nobody can put another one in its place.
 */
export function shortSocketDir(dir: string, temporaryDir: string = tmpdir()): SocketDir {
  if (Buffer.byteLength(join(dir, SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES) return { path: dir, remove: () => undefined };
  const made = mkdtempSync(join(temporaryDir, "holdpoint-"));
  const path = join(made, "s");
  symlinkSync(dir, path);
  return { path, remove: () => rmSync(made, { recursive: true, force: true }) };
}
