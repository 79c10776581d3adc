/** What a flag may be set to. */
export type FlagValue = boolean | number | string;

/** A switch of the running server: for all tenants, or for one. */
export interface Flag<T extends FlagValue = FlagValue> {
  /** As it is set, small letters and hyphens. */
  readonly name: string;
  readonly kind: "boolean" | "number" | "enum";
  readonly standard: T;
  /** What it does, one sentence. */
  readonly about: string;
  /** What may be given, for people. */
  readonly expected: string;
  /** Bounds of a number; null for other kinds. */
  readonly bounds: { readonly least: number; readonly most: number } | null;
  /** Words of an enum; null for other kinds. */
  readonly choices: readonly string[] | null;
  /** The value as its own type; null when it does not fit. */
  read(value: unknown): T | null;
}

function yesOrNo(name: string, standard: boolean, about: string): Flag<boolean> {
  return {
    name,
    kind: "boolean",
    standard,
    about,
    expected: "true or false",
    bounds: null,
    choices: null,
    read: (value) => (typeof value === "boolean" ? value : null),
  };
}

function wholeNumber(
  name: string,
  standard: number,
  bounds: { readonly least: number; readonly most: number },
  about: string,
): Flag<number> {
  const { least, most } = bounds;
  return {
    name,
    kind: "number",
    standard,
    about,
    expected: `a whole number from ${least} to ${most}`,
    bounds,
    choices: null,
    read: (value) =>
      Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? Number(value) : null,
  };
}

function choice<const T extends string>(
  name: string,
  standard: NoInfer<T>,
  choices: readonly T[],
  about: string,
): Flag<T> {
  return {
    name,
    kind: "enum",
    standard,
    about,
    expected: `one of ${choices.join(", ")}`,
    bounds: null,
    choices,
    read: (value) => choices.find((word) => word === value) ?? null,
  };
}

/** Largest evidence of one call that the server takes at all, bytes. */
const MOST_EVIDENCE = 16 * 1024 * 1024;

/** Every flag, by the name that code uses. */
export const flags = {
  callbacks: yesOrNo(
    "callbacks",
    true,
    "Whether tasks may name callbacks. While it is off, what is to be sent waits until it is on again.",
  ),
  callbackSchemes: choice(
    "callback-schemes",
    "any",
    ["any", "https"],
    "Over what callbacks may be sent: `https` refuses plain http.",
  ),
  evidenceBytes: wholeNumber(
    "evidence-bytes",
    MOST_EVIDENCE,
    { least: 1_024, most: MOST_EVIDENCE },
    "How much evidence an agent may hand in with one call, bytes.",
  ),
  mcp: yesOrNo("mcp", true, "Whether the Model Context Protocol is served at /mcp."),
} as const;

/** Every flag, by name. */
export const FLAGS: readonly Flag[] = Object.values(flags);
