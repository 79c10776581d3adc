import type { ProblemTable } from "@holdpoint/core";

/** What is refused before a request is done: keys of retries, limits, and writes that could not be recorded. */
export const guardProblems = {
  HP9411: {
    title: "The Idempotency-Key is malformed",
    message: "The Idempotency-Key of {operation} is not 1 to 255 printable ASCII characters without spaces.",
    remedy: "Send a fresh UUID as the key of each new write, and the same one when you repeat it.",
    why: "A key that is cut or changed on its way would make two writes of one.",
    exit: 64,
    retryable: false,
    http: 400,
  },
  HP9412: {
    title: "The Idempotency-Key was used for another request",
    message: "{operation} was called with this Idempotency-Key before, with another content.",
    remedy: "Use a new key for a new request; repeat an old one unchanged.",
    why: "An answer to another request must not be taken for the answer to this one.",
    exit: 64,
    retryable: false,
    http: 422,
  },
  HP9413: {
    title: "The first request with this Idempotency-Key is not done",
    message: "{operation} with this Idempotency-Key is being answered now.",
    remedy: "Send the same request again after the seconds that Retry-After says.",
    why: "The write is done once; the answer is the same for all who ask with this key.",
    exit: 69,
    retryable: true,
    http: 409,
  },
  HP9414: {
    title: "Too many requests",
    message: "{who} may send {limit} requests a second, and sent more.",
    remedy:
      "Wait the seconds that Retry-After says, send less at once, or ask an administrator for a token with another limit. An X-Client-Id lifts no limit.",
    why: "A limit keeps one caller from taking the server from all others.",
    exit: 69,
    retryable: true,
    http: 429,
  },
  HP9415: {
    title: "Writes cannot be recorded",
    message: "{operation} was not begun, because the audit log of the tenant takes no entries.",
    remedy: "Try again; when it stays so, look at the health of the database.",
    why: "What nobody could later say who did is not done.",
    exit: 69,
    retryable: true,
    http: 503,
  },
} as const satisfies ProblemTable;
