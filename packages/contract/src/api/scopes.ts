/**
 * What a token may allow. Scopes do not contain each other; `admin` alone opens everything in its tenant except `sign`,
 * because a signature is a person's.
 */
export const SCOPES = ["read", "work", "plan", "operate", "judge", "sign", "admin"] as const;

/** One of {@link SCOPES}. */
export type Scope = (typeof SCOPES)[number];

/** What each scope is for, as the reference shows it. */
export const SCOPE_ABOUT: Readonly<Record<Scope, string>> = {
  read: "see plans, tasks, agents, verdicts, events",
  work: "register as an agent, claim tasks, report, hand in evidence",
  plan: "import plans, create tasks",
  operate: "cancel, retry, redrive, pause, reprioritise, reassign",
  judge: "run checks for a plan, record what they gave, settle reported tasks",
  sign: "sign and waive gates as a named person",
  admin: "tokens, tenants, flags, limits, audit; implies every other scope except sign",
};

/** Whether a set of scopes allows what an operation asks for. */
export function allows(held: ReadonlySet<Scope>, wanted: Scope): boolean {
  return held.has(wanted) || (wanted !== "sign" && held.has("admin"));
}
