import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalJson } from "./canonical-json.ts";
import type { EvidenceStatement } from "./record.ts";

/** The address of a statement: `sha256:` and the hex SHA-256 of its canonical JSON in UTF-8. */
export function statementDigest(statement: EvidenceStatement): string {
  return `sha256:${bytesToHex(sha256(utf8ToBytes(canonicalJson(statement))))}`;
}
