import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, removeFile, writeWhole } from "../place/write-whole.ts";

/** Where a running server says how it is reached: for commands of the same user in the same folder. */
export interface ServerNote {
  readonly url: string;
  readonly pid: number;
  /** Opens everything of the tenant `local` except signatures; made anew at each start, worthless after its end. */
  readonly token: string;
}

/** The state folder of a server's data. Attempts see it empty. */
export function stateFolderOf(dataDir: string): string {
  return join(dataDir, ".holdpoint");
}

/** Makes the state folder, which keeps itself out of git. @throws HP8005 when it cannot be written */
export function makeStateFolder(dataDir: string): string {
  const folder = stateFolderOf(dataDir);
  makeFolder(folder, 0o700);
  const ignore = join(folder, ".gitignore");
  if (!existsSync(ignore)) writeWhole(ignore, "*\n");
  return folder;
}

/** Tells the user's other commands of this server. @throws HP8005 */
export function writeServerNote(dataDir: string, note: ServerNote): void {
  writeWhole(noteFile(dataDir), `${JSON.stringify(note)}\n`, 0o600);
}

/** Takes the note away, unless another server has written its own since. */
export function removeServerNote(dataDir: string, note: ServerNote): void {
  if (readServerNote(dataDir)?.token === note.token) removeFile(noteFile(dataDir));
}

/** The server that runs on this folder's data; null when there is none, or when it has ended without taking its note. */
export function readServerNote(dataDir: string): ServerNote | null {
  try {
    const note: unknown = JSON.parse(readFileSync(noteFile(dataDir), "utf8"));
    return isNote(note) && isAlive(note.pid) ? note : null;
  } catch {
    // Missing, half written or somebody else's: then no server is known.
    return null;
  }
}

function noteFile(dataDir: string): string {
  return join(stateFolderOf(dataDir), "server.json");
}

function isNote(value: unknown): value is ServerNote {
  if (typeof value !== "object" || value === null) return false;
  if (!("url" in value) || !("pid" in value) || !("token" in value)) return false;
  return typeof value.url === "string" && typeof value.pid === "number" && typeof value.token === "string";
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
