/** How a process should end when a problem stops it. See the table of exit codes in the reference. */
export type ProblemExit = 1 | 2 | 64 | 65 | 69 | 70 | 130;

/** One entry of the problem catalogue. Each has a page in `docs/problems/`, generated from it. */
export interface ProblemDefinition {
  /** A short name for lists and headings, without the particulars. */
  readonly title: string;
  /** What happened, with `{name}` places that are filled from the problem's parameters. */
  readonly message: string;
  /** What the reader can do about it, with the same places. */
  readonly remedy: string;
  /** Why Holdpoint refuses here; one or two sentences for the docs page. */
  readonly why: string;
  /** Exit code of a command that this problem ends. */
  readonly exit: ProblemExit;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;
  /** HTTP status, where the one that follows from `exit` does not fit. */
  readonly http?: number;
}

/** HTTP status of a problem that says nothing of it, by its exit code. */
const STATUS_OF_EXIT: Readonly<Record<ProblemExit, number>> = {
  1: 409,
  2: 409,
  64: 400,
  65: 422,
  69: 503,
  70: 500,
  130: 503,
};

/** The HTTP status that a problem is answered with. */
export function httpStatusOf({ http, exit }: Pick<ProblemDefinition, "http" | "exit">): number {
  return http ?? STATUS_OF_EXIT[exit];
}

/** A room's part of the catalogue, keyed by code. */
export type ProblemTable = Readonly<Record<`HP${number}`, ProblemDefinition>>;

/** Where a problem stands: a file, a line (1-based) and a field, as far as they are known. */
export interface ProblemPlace {
  readonly file?: string;
  readonly line?: number;
  readonly field?: string;
}

/** The values that fill a problem's `{name}` places. */
export type ProblemParams = Readonly<Record<string, string | number>>;

/**
 * A failure that the user can act on. Anything else that is thrown is a bug.
 *
 * Made with {@link problem}, so that the text always comes from the catalogue.
 */
export class HoldpointError extends Error {
  override readonly name = "HoldpointError";
  /** Stable code, such as `HP1001`. */
  readonly code: string;
  readonly definition: ProblemDefinition;
  readonly params: ProblemParams;
  readonly place: ProblemPlace;

  constructor(
    code: string,
    definition: ProblemDefinition,
    params: ProblemParams,
    place: ProblemPlace,
    options?: { cause?: unknown },
  ) {
    super(fill(definition.message, params), options);
    this.code = code;
    this.definition = definition;
    this.params = params;
    this.place = place;
  }

  /** What to do, with this problem's particulars filled in. */
  get remedy(): string {
    return fill(this.definition.remedy, this.params);
  }
}

/**
 * Makes the error of a catalogue entry.
 *
 * @param table the room's problem table
 * @param code a code of that table
 * @param params fills the `{name}` places of message and remedy
 * @param at the file, line and field it is about; `cause` is kept for logs and never shown to users
 */
export function problem<T extends ProblemTable>(
  table: T,
  code: keyof T & `HP${number}`,
  params: ProblemParams = {},
  at: ProblemPlace & { cause?: unknown } = {},
): HoldpointError {
  const definition = table[code];
  if (definition === undefined) throw new Error(`the catalogue has no ${code}`);
  const { cause, ...place } = at;
  return new HoldpointError(code, definition, params, place, cause === undefined ? {} : { cause });
}

/** Replaces `{name}` places; a place without a value stays as it is, so that a missing parameter is seen. */
export function fill(template: string, params: ProblemParams): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : String(value);
  });
}
