import type { ProblemTable } from "@holdpoint/core";

/** What the room of tokens and tenants refuses. */
export const accessProblems = {
  HP9401: {
    title: "Only the system tenant administers tenants",
    message: "{operation} is for administrators of the tenant local; this token is of the tenant {tenant}.",
    remedy: "Use an admin token of the tenant local.",
    why: "A tenant must not learn of others, or make or close them.",
    exit: 64,
    retryable: false,
    http: 403,
  },
  HP9402: {
    title: "The tenant is there already",
    message: "There is a tenant {tenant} already.",
    remedy: "Choose another name, or use that tenant.",
    why: "A second creation would hand out an administrator's token for rows that somebody else made.",
    exit: 64,
    retryable: false,
    http: 409,
  },
  HP9403: {
    title: "The system tenant cannot be disabled",
    message: "The tenant local administers the others and cannot be disabled.",
    remedy: "Revoke the tokens that should no longer be used.",
    why: "Nobody could enable it again.",
    exit: 64,
    retryable: false,
    http: 409,
  },
  HP9404: {
    title: "The token is no longer valid",
    message: "The token {id} was revoked or has expired, and cannot be rotated.",
    remedy: "Create a new token.",
    why: "Rotation hands an existing right on; a right that has ended must be given anew by an administrator.",
    exit: 64,
    retryable: false,
    http: 409,
  },
  HP9405: {
    title: "The token was made by the process itself",
    message: "The caller has no stored token that could be renewed.",
    remedy: "Only tokens that were created with an id can be renewed.",
    why: "What a process makes for its own user ends with the process.",
    exit: 64,
    retryable: false,
    http: 409,
  },
} as const satisfies ProblemTable;
