import type { ProblemTable } from "@holdpoint/core";

/** What flags refuse, and what is refused because of one. */
export const flagProblems = {
  HP9330: {
    title: "There is no such flag",
    message: "There is no flag {flag}.",
    remedy: "See `holdpoint flag list`; the flags are {known}.",
    why: "A mistyped flag that was kept would look set and change nothing.",
    exit: 64,
    retryable: false,
    http: 404,
  },
  HP9331: {
    title: "The value does not fit the flag",
    message: "{flag} cannot be {value}.",
    remedy: "Give {expected}.",
    why: "A flag with a value that nothing understands would fall back to another one without a word.",
    exit: 65,
    retryable: false,
    http: 422,
  },
  HP9332: {
    title: "Only the system tenant sets flags for all",
    message: "Values for all tenants are for administrators of the tenant local; this token is of the tenant {tenant}.",
    remedy: "Set it for your own tenant, or use an admin token of the tenant local.",
    why: "One tenant must not decide what the others may do.",
    exit: 64,
    retryable: false,
    http: 403,
  },
  HP9333: {
    title: "This is switched off",
    message: "{what} is switched off in the tenant {tenant} by the flag {flag}.",
    remedy: "Ask an administrator to set the flag: `holdpoint flag set {flag} true`.",
    why: "An administrator has decided that this tenant does without it.",
    exit: 64,
    retryable: false,
    http: 403,
  },
} as const satisfies ProblemTable;
