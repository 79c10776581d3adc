import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The folder of what belongs to the user and to no repository: `$XDG_CONFIG_HOME/holdpoint`, else `~/.config/holdpoint`. */
export function userFolder(env: NodeJS.ProcessEnv): string {
  const base = env["XDG_CONFIG_HOME"];
  return join(base !== undefined && base !== "" ? base : join(homedir(), ".config"), "holdpoint");
}

/** The user's own key for sealing consent: 32 random bytes, made at first use, readable by the user alone. */
export function userKey(env: NodeJS.ProcessEnv): Uint8Array {
  const file = join(userFolder(env), "trust.key");
  if (!existsSync(file)) {
    mkdirSync(userFolder(env), { recursive: true, mode: 0o700 });
    try {
      writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
  return Buffer.from(readFileSync(file, "utf8").trim(), "hex");
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
