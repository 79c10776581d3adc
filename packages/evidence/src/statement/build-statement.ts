import type { EvidencePredicate, EvidenceStatement, EvidenceSubject } from "@holdpoint/core";
import { canonicalJson } from "@holdpoint/core";

import { digestBytes } from "../artifact/digest.ts";
import { sortMetrics } from "../metric-catalogue.ts";

/** The predicate's fields that nobody can guess. */
type Needed = "kind" | "producer" | "tier" | "startedAt" | "endedAt";

/** What a statement says. Fields that are left out are empty or null; `isolation` is `none` unless it is claimed. */
export interface StatementInput {
  readonly subject: readonly EvidenceSubject[];
  readonly predicate: Pick<EvidencePredicate, Needed> & Partial<Omit<EvidencePredicate, Needed>>;
}

/** A statement with its address. */
export interface AddressedStatement {
  readonly statement: EvidenceStatement;
  /** `sha256:` over the canonical JSON. */
  readonly digest: string;
}

/** The state of the plan's folder that evidence is about. */
export interface StatementSubject {
  readonly commit: string | null;
  /** Digest over the files, with or without `sha256:`. */
  readonly tree: string;
  readonly dirty: boolean;
  /** Digest of the plan document; null when the evidence is about no plan. */
  readonly plan: string | null;
  /** Key and digest of the item; null for evidence of the whole. */
  readonly item?: { readonly key: string; readonly digest: string } | null;
}

/**
 * Makes a statement and its address. Lists whose order means nothing are sorted, so that the same facts give the same
 * bytes.
 *
 * @throws TypeError for values that JSON cannot hold, which is a mistake of the caller
 */
export function buildStatement(input: StatementInput): AddressedStatement {
  const given = input.predicate;
  const statement: EvidenceStatement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: input.subject,
    predicateType: "https://holdpoint.dev/evidence/v1",
    predicate: {
      check: null,
      isolation: "none",
      argv: [],
      cwd: null,
      environmentDigest: null,
      exit: null,
      reader: null,
      inventoryDigest: null,
      validUntil: null,
      inputs: null,
      witness: null,
      ...given,
      artifacts: [...(given.artifacts ?? [])].sort(byPlace),
      metrics: sortMetrics(given.metrics ?? []),
      anomalies: [...new Set(given.anomalies)].sort(),
      gates: [...new Set(given.gates)].sort(),
    },
  };
  return { statement, digest: digestBytes(canonicalJson(statement)) };
}

/** The subjects of a statement in the names and digest kinds of in-toto. Whether the tree is dirty is an annotation. */
export function statementSubjects(subject: StatementSubject): readonly EvidenceSubject[] {
  const tree: EvidenceSubject = { name: "tree", digest: sha256(subject.tree), annotations: { dirty: subject.dirty } };
  const subjects: EvidenceSubject[] = [];
  if (subject.commit !== null) subjects.push({ name: "git", digest: { gitCommit: subject.commit } });
  subjects.push(tree);
  if (subject.plan !== null) subjects.push({ name: "plan", digest: sha256(subject.plan) });
  const item = subject.item ?? null;
  if (item !== null) subjects.push({ name: "item", digest: sha256(item.digest), annotations: { key: item.key } });
  return subjects;
}

/** In-toto gives the algorithm as the key, so the digest itself goes without it. */
function sha256(digest: string): { readonly sha256: string } {
  return { sha256: digest.startsWith("sha256:") ? digest.slice(7) : digest };
}

function byPlace(left: { readonly place: string }, right: { readonly place: string }): number {
  return left.place < right.place ? -1 : left.place > right.place ? 1 : 0;
}
