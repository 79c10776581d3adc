import { type KeyObject, sign, verify } from "node:crypto";
import type { AuditCheckpoint, AuditLine } from "@holdpoint/contract";
import { canonicalJson } from "@holdpoint/core";
import { sha256 } from "../sha256.ts";

/** What an entry says; see the schema of `GET /v1/audit`. */
export type AuditEntry = AuditLine["entry"];

/** What the first entry of a chain says of the one before it: the digest of nothing. */
export const CHAIN_START = sha256("");

/** The text that is hashed and stored, and its hash. */
export function seal(entry: AuditEntry): { readonly text: string; readonly hash: string } {
  const text = canonicalJson(entry);
  return { text, hash: sha256(text) };
}

/** The name of a key: the digest of its public part. */
export function keyIdOf(publicKey: KeyObject): string {
  return sha256(publicKey.export({ type: "spki", format: "der" }));
}

/** Signs how far a chain is. */
export function signCheckpoint(
  said: Omit<AuditCheckpoint, "v" | "key" | "signature">,
  privateKey: KeyObject,
  publicKey: KeyObject,
): AuditCheckpoint {
  const rest = { v: 1 as const, ...said, key: keyIdOf(publicKey) };
  return { ...rest, signature: sign(null, Buffer.from(canonicalJson(rest)), privateKey).toString("base64") };
}

/** Whether a checkpoint was signed with a key. */
export function isSignedBy({ signature, ...rest }: AuditCheckpoint, publicKey: KeyObject): boolean {
  return verify(null, Buffer.from(canonicalJson(rest)), publicKey, Buffer.from(signature, "base64"));
}
