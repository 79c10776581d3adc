import { TASK_STATES, VERDICTS } from "@holdpoint/core";
import { z } from "zod";

/** A UUID as ids are written. */
export const id: z.ZodType<string> = z.uuid().describe("Id, a UUID.");

/** A moment in the answer. */
export const moment: z.ZodType<string> = z.iso.datetime().describe("RFC 3339, in UTC.");

/** `sha256:` and 64 hexadecimal digits. */
export const digest: z.ZodType<string> = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .describe("`sha256:` and 64 hex digits.");

/** A word for names, capabilities and labels. */
export const word: z.ZodType<string> = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,127}$/,
    "must begin with a letter or digit; letters, digits, . _ : / @ -; at most 128",
  )
  .describe("A name: letters, digits and . _ : / @ -, 128 at most.");

/** A sentence of a person or agent. */
export const sentence: z.ZodType<string> = z.string().min(1).max(2_000).describe("Text, at most 2000 characters.");

/** A JSON value that is kept as it comes. */
export type AnyJson = null | boolean | number | string | readonly AnyJson[] | { readonly [key: string]: AnyJson };

/** Any JSON value: whatever was parsed from JSON is one. */
export const anyJson: z.ZodType<AnyJson> = z.custom<AnyJson>(() => true).describe("Any JSON value.");

/** State of a task. */
export const taskState: z.ZodType<(typeof TASK_STATES)[number]> = z.enum(TASK_STATES).describe("State of the task.");

/** Value of a verdict. */
export const verdictValue: z.ZodType<(typeof VERDICTS)[number]> = z.enum(VERDICTS).describe("How the gate was judged.");

/** Largest number that the database keeps for attempts, revisions and the like. */
const MOST_COUNT = 2_147_483_647;

/** Number of an attempt or revision, from 1. */
export const ordinal: z.ZodType<number> = z.int().min(1).max(MOST_COUNT);

/**
 * A whole number in an address or a query, where it comes as text: in digits, and in no other of the ways that JavaScript
 * would take for one.
 *
 * @param most default: the largest number of an attempt, revision or piece
 */
export function digits(least: number, most: number = MOST_COUNT): z.ZodType<number> {
  return z.preprocess(
    (value) => (typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value),
    z.int().min(least).max(most),
  );
}

/** How many entries a page may have. */
const PAGE_LIMIT = 1_000;

const limit = digits(1, PAGE_LIMIT).default(100).describe("Entries at most.");
const aboutCursor = "`next` of the page before; the first page when absent.";

/** The part of a query that asks for a page; the cursor is the name that it goes on after. */
export const pageQuery = { cursor: z.string().max(1_000).optional().describe(aboutCursor), limit } as const;

/** The part of a query that asks for a page of a list that is counted through. */
export const countedPageQuery = {
  cursor: z
    .string()
    .regex(/^\d{1,9}$/, "must be `next` of the page before")
    .optional()
    .describe(aboutCursor),
  limit,
} as const;

/** The part of a query that asks for a page of a log. */
export const logPageQuery = {
  cursor: digits(0, Number.MAX_SAFE_INTEGER).default(0).describe("The last `seq` that was read."),
  limit,
} as const;

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; null at the end. */
  readonly next: string | null;
}

/** Shape of a page. */
export function pageOf<T>(item: z.ZodType<T>): z.ZodType<Page<T>> {
  return z.object({
    items: z.array(item).describe("In the order of the list."),
    next: z.string().nullable().describe("Cursor of the next page; null at the end."),
  });
}

/** A value of a query string that may be given several times. */
export function listOf<T>(item: z.ZodType<T>): z.ZodType<readonly T[]> {
  return z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item)).default([]);
}

/** An answer without content. */
export const nothing: z.ZodType<null> = z.null();

/** RFC 9457 problem details, as every refused call is answered. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly remedy: string;
  readonly retryable: boolean;
  readonly instance: string;
  readonly errors?: readonly { readonly in: string; readonly field: string; readonly message: string }[];
  readonly task?: { readonly state: string | null; readonly attempt: number | null; readonly holder: string | null };
  readonly cursor?: string;
}

/** Shape of {@link ProblemDocument}. */
export const problemDocument: z.ZodType<ProblemDocument> = z.object({
  type: z.string().describe("Address of the page that explains the problem."),
  title: z.string().describe("Short name of the problem."),
  status: z.int().describe("HTTP status."),
  detail: z.string().describe("What happened, with the particulars."),
  code: z.string().describe("Stable code, such as HP9101."),
  remedy: z.string().describe("What to do."),
  retryable: z.boolean().describe("Whether the same call may succeed later without a change."),
  instance: z.string().describe("Correlation id of the request."),
  errors: z
    .array(
      z.object({
        in: z.string().describe("body, query, params or headers"),
        field: z.string().describe("Path of the field."),
        message: z.string().describe("What is wrong with it."),
      }),
    )
    .exactOptional()
    .describe("Field by field, when the request did not fit its shape."),
  task: z
    .object({
      state: z.string().nullable().describe("State of the task now."),
      attempt: z.int().nullable().describe("Current attempt."),
      holder: z.string().nullable().describe("Agent that holds the lease now."),
    })
    .exactOptional()
    .describe("Where the task stands, when a command for it was refused."),
  cursor: z.string().exactOptional().describe("Where a reader can go on, when what its cursor asked for is gone."),
});
