import type { z } from "zod";
import type { Scope } from "./scopes.ts";

/** Methods that operations use. */
export type OperationMethod = "GET" | "POST" | "PUT" | "DELETE";

/**
 * One operation of the HTTP interface. The same object validates the request, describes it in `openapi.json`, types the
 * client, and says who may call it.
 */
export interface Operation<P = unknown, Q = unknown, B = unknown, R = unknown> {
  /** `operationId`: verb and noun in camel case, unique. */
  readonly id: string;
  readonly method: OperationMethod;
  /** With `{name}` places, beginning with `/`. */
  readonly path: string;
  /** Group in the reference. */
  readonly tag: string;
  /** One line. */
  readonly summary: string;
  /** More, in Markdown; may be absent. */
  readonly description?: string;
  /** What a token must allow; null for operations that need no token. */
  readonly scope: Scope | null;
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  readonly response: z.ZodType<R>;
  /** Status of success. @default 200 */
  readonly status?: 200 | 201 | 202 | 204;
  /** Other successes with the same shape, such as 200 for something that was there already. */
  readonly alsoStatus?: readonly (200 | 201 | 202)[];
  /** Media type of success. @default "application/json" */
  readonly produces?: string;
  /** Statuses with which the answer's own shape says that something is wrong, such as 503 of a server that is not ready. */
  readonly alsoAnswers?: readonly number[];
  /** Media type of the same answer as a stream, where there is one. */
  readonly streams?: string;
  /**
   * Its answer has an `ETag`. A GET answers 304 to whoever has the same already (`If-None-Match`); a write is refused with 412
   * when what it would change is not what the caller names (`If-Match`), or is there already (`If-None-Match: *`).
   */
  readonly etag?: true;
  /** Statuses of problems that it answers besides 400, 401, 403, 429 and 5xx. */
  readonly problems?: readonly number[];
  /**
   * What becomes of `Idempotency-Key`. `none`: a write that is idempotent by itself, or answers little but a secret; a key is
   * not looked at. `asked`: one so frequent that clients send a key only where somebody wants it. @default kept for every key
   */
  readonly idempotency?: "none" | "asked";
  /**
   * Fields of the answer that are told once, such as `tasks.*.callback.secret`, with `*` for the places of a list. The answer
   * that is kept for `Idempotency-Key` has null there.
   */
  readonly toldOnce?: readonly string[];
  /**
   * Fields of the body whose text may hold what a database cannot, such as `evidence.*.content`: the handler sees to it.
   * Elsewhere it is refused.
   */
  readonly anyText?: readonly string[];
  /** Largest request body, bytes. @default 1 MiB */
  readonly bodyLimit?: number;
  /** Where an older system had the same answer: not part of `/v1`, kept for its scripts. */
  readonly compatibility?: true;
}

/** Keeps the types of an operation while it is listed among others. */
export function operation<P, Q, B, R>(definition: Operation<P, Q, B, R>): Operation<P, Q, B, R> {
  return definition;
}

/** What a call of an operation carries, as the server hands it on after validation. */
export type ParamsOf<O> = O extends Operation<infer P, infer _Q, infer _B, infer _R> ? P : never;
/** See {@link ParamsOf}. */
export type QueryOf<O> = O extends Operation<infer _P, infer Q, infer _B, infer _R> ? Q : never;
/** See {@link ParamsOf}. */
export type BodyOf<O> = O extends Operation<infer _P, infer _Q, infer B, infer _R> ? B : never;
/** What an operation answers. */
export type ResponseOf<O> = O extends Operation<infer _P, infer _Q, infer _B, infer R> ? R : never;
