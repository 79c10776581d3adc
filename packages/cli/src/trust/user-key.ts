import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { problem } from "@holdpoint/core";
import { trustProblems } from "./trust.problems.ts";

const KEY_PATTERN = /^[0-9a-f]{64}$/;

/**
 * The folder of what belongs to the user and to no repository: `$XDG_CONFIG_HOME/holdpoint`, else `~/.config/holdpoint`.
 * A relative path in the variable is ignored, as the XDG specification says: it would lie in whatever folder one is in.
 */
export function userFolder(env: NodeJS.ProcessEnv): string {
  const base = env["XDG_CONFIG_HOME"];
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), ".config"), "holdpoint");
}

/**
 * The user's own key for sealing consent: 32 random bytes, made at first use, readable by the user alone.
 *
 * @throws HP2103 when it can neither be read nor made, or is no key
 */
export function userKey(env: NodeJS.ProcessEnv): Uint8Array {
  return existingUserKey(env) ?? makeKey(env);
}

/** As {@link userKey}, but null when there is none yet: then nothing was ever sealed by this user. @throws HP2103 */
export function existingUserKey(env: NodeJS.ProcessEnv): Uint8Array | null {
  const file = keyFile(env);
  const text = readKey(file);
  if (text === null) return null;
  if (KEY_PATTERN.test(text)) return Buffer.from(text, "hex");
  // An empty or cut key would seal with what anybody can guess.
  const params = {
    file,
    why: "it is no key",
    what: "Delete it, and a new one is made; then agree to your plans anew.",
  };
  throw problem(trustProblems, "HP2103", params, { file });
}

/** Seals a text: HMAC-SHA-256 in hex. */
export function seal(text: string, key: Uint8Array): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

/** Whether a seal was made over this text with this key. */
export function isSealed(text: string, sealed: string, key: Uint8Array): boolean {
  const expected = Buffer.from(seal(text, key));
  const given = Buffer.from(sealed);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function keyFile(env: NodeJS.ProcessEnv): string {
  return join(userFolder(env), "trust.key");
}

function readKey(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw refused(file, error, "Make it readable for you alone.");
  }
}

/** Writes a new key; when another process was quicker, its key counts. */
function makeKey(env: NodeJS.ProcessEnv): Uint8Array {
  const file = keyFile(env);
  const draft = `${file}.${randomBytes(6).toString("hex")}.new`;
  try {
    mkdirSync(userFolder(env), { recursive: true, mode: 0o700 });
    writeFileSync(draft, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
    // A link appears whole and never replaces: nobody can see half of a key, and the first one stays.
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw refused(file, error, "Make its folder writable for you.");
  } finally {
    rmSync(draft, { force: true });
  }
  const key = existingUserKey(env);
  if (key === null) throw new Error(`${file} went away while it was made`);
  return key;
}

function refused(file: string, error: unknown, what: string): unknown {
  const why = codeOf(error);
  return why === null ? error : problem(trustProblems, "HP2103", { file, why, what }, { file, cause: error });
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
