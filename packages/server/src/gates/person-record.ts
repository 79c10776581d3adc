import type { EvidenceRecord, JudgedSubject } from "@holdpoint/core";
import { buildStatement, statementSubjects } from "@holdpoint/evidence";

/** A person's word about one gate. */
export interface PersonWord {
  readonly tenant: string;
  readonly planDigest: string;
  readonly subject: JudgedSubject;
  readonly gate: string;
  readonly name: string;
  readonly role: string | null;
  readonly reason: string;
  /** `none` once anything of the plan ran without isolation: a process that escaped could be the one that signs. */
  readonly isolation: "full" | "none";
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The record of a signature: this person saw what the gate asks for.
 *
 * It names the commit and the plan and not the tree: a person signs for what they saw done, and work that goes on
 * afterwards does not take that back. A gate that wants a signature to age says `within`.
 */
export function witnessRecord(word: PersonWord): EvidenceRecord {
  return personRecord(word, "witness", null);
}

/** The record of a waiver: the gate passes without evidence until it expires. @param expiresAt milliseconds since the epoch */
export function waiverRecord(word: PersonWord, expiresAt: number): EvidenceRecord {
  return personRecord(word, "waiver", new Date(expiresAt).toISOString());
}

function personRecord(word: PersonWord, kind: "witness" | "waiver", validUntil: string | null): EvidenceRecord {
  const at = new Date(word.at).toISOString();
  const subject = statementSubjects({ ...word.subject, plan: word.planDigest });
  return buildStatement({
    subject: subject.filter((entry) => entry.name !== "tree"),
    predicate: {
      kind,
      producer: { agent: word.name, tenant: word.tenant, task: null, attempt: null },
      tier: "E2",
      isolation: word.isolation,
      startedAt: at,
      endedAt: at,
      validUntil,
      gates: [word.gate],
      witness: { name: word.name, role: word.role, reason: word.reason },
    },
  });
}
