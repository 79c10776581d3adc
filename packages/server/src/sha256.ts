import { createHash } from "node:crypto";

/** `sha256:` and the digest of a text or of bytes. */
export function sha256(data: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}
