import type { Operation } from "@holdpoint/contract";
import { canonicalJson, HoldpointError, problem } from "@holdpoint/core";
import { sha256 } from "../sha256.ts";
import { guardProblems } from "./guard.problems.ts";
import type { Deed, Guards, WrittenAnswer } from "./guards.ts";
import type { Principal } from "./principal.ts";
import { problemReply } from "./problem-document.ts";
import type { RequestParts } from "./request-validation.ts";
import { withoutToldOnce } from "./without-told-once.ts";

/** A write that is about to be done. */
export interface Write {
  readonly operation: Operation;
  readonly principal: Principal;
  readonly parts: RequestParts;
  /** From `Idempotency-Key`; null when it was not sent. */
  readonly key: string | null;
  readonly trace: string;
  /** Tool of the Model Context Protocol that it comes through; absent over HTTP. */
  readonly tool?: string;
}

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Does a write once per `Idempotency-Key` and records who did it.
 *
 * An answer is kept when the same request would be answered the same: successes and refusals, but neither faults nor
 * what the catalogue calls retryable.
 *
 * @param perform does it and writes the answer
 */
export async function guardedWrite(
  guards: Guards,
  write: Write,
  perform: () => Promise<WrittenAnswer>,
): Promise<WrittenAnswer> {
  const { operation, principal, parts, key, trace, tool } = write;
  const audit = guards.audit?.covers(operation) === true ? guards.audit : null;
  if (audit !== null && !audit.takes(principal.tenant)) {
    throw problem(guardProblems, "HP9415", { operation: operation.id });
  }
  const deed = audit === null ? null : deedOf(operation, principal, parts, trace, tool);
  const first = key === null ? null : await begin(guards, write);
  if (deed === null && first === null) return await perform();
  if (first !== null && "status" in first) {
    return { ...first, headers: { ...first.headers, "idempotency-replayed": "true" } };
  }
  const done = await perform().then(
    (answer) => ({ ok: true as const, answer }),
    (error: unknown) => ({ ok: false as const, error, ...refusalOf(error, trace) }),
  );
  // What is done is done: a key that could not be kept must not turn its success into a failure.
  const isKept = done.ok ? done.answer.isNothingDone !== true : done.isLasting;
  const kept = isKept ? first?.keep(withoutToldOnce(done.answer, operation)) : first?.abandon();
  await Promise.all([
    kept?.catch(() => undefined),
    deed === null
      ? undefined
      : audit?.record({ ...deed, status: done.answer.status, code: done.ok ? null : done.code }),
  ]);
  if (!done.ok) throw done.error;
  return done.answer;

  async function begin({ retries }: Guards, asked: Write): ReturnType<typeof beginWith> {
    if (key === null || retries === undefined || asked.operation.idempotency === "none") return null;
    return await beginWith(retries, key, asked);
  }
}

function refusalOf(
  error: unknown,
  trace: string,
): { readonly answer: WrittenAnswer; readonly isLasting: boolean; readonly code: string } {
  const { status, document, headers } = problemReply(error, trace);
  return {
    answer: {
      status,
      headers: { ...headers, "content-type": "application/problem+json" },
      text: JSON.stringify(document),
    },
    isLasting: error instanceof HoldpointError && status < 500 && !document.retryable,
    code: document.code,
  };
}

async function beginWith(
  retries: NonNullable<Guards["retries"]>,
  key: string,
  { operation, principal, parts }: Write,
): Promise<Awaited<ReturnType<typeof retries.begin>> | null> {
  if (!KEY.test(key)) throw problem(guardProblems, "HP9411", { operation: operation.id });
  return await retries.begin({ principal, operation: operation.id, key, digest: digestOf(parts) });
}

/** What is recorded of a request before it is known how it ends. */
export function deedOf(
  operation: Operation,
  principal: Principal,
  { params, body }: RequestParts,
  trace: string,
  tool?: string,
): Omit<Deed, "status" | "code"> {
  return {
    principal,
    operation: operation.id,
    params: textsOf(params),
    body: body === undefined || body === null ? null : digestOf(body),
    trace,
    ...(tool === undefined ? {} : { tool }),
  };
}

function textsOf(params: unknown): Readonly<Record<string, string>> {
  if (typeof params !== "object" || params === null) return {};
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
}

function digestOf(value: unknown): string {
  return sha256(canonicalJson(value));
}
