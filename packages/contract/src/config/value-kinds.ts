import { parseDurationMs } from "../duration.ts";

/** How a setting is written, and what is made of it. */
export interface ValueKind<T> {
  /** What has to be written, for people: `a whole number from 0 to 65535`. */
  readonly expected: string;
  /** Unit of the value that the program works with; null when it has none. */
  readonly unit: string | null;
  /** Null when the text does not fit. */
  read(text: string): T | null;
}

/** A whole number. */
export function wholeNumber(least: number, most: number): ValueKind<number> {
  return {
    expected: `a whole number from ${least} to ${most}`,
    unit: null,
    read: (text) => (/^\d{1,15}$/.test(text) ? within(Number(text), least, most) : null),
  };
}

/** A duration with its unit; the value is in milliseconds. */
export function duration(least: string, most: string): ValueKind<number> {
  const [low, high] = [bound(parseDurationMs(least)), bound(parseDurationMs(most))];
  return {
    expected: `a duration with its unit (ms, s, min, h, d, w) from ${least} to ${most}`,
    unit: "milliseconds",
    read: (text) => within(parseDurationMs(text), low, high),
  };
}

/** How long something is kept: a duration, or `forever`; the value is in milliseconds, infinite for `forever`. */
export function keptFor(least: string): ValueKind<number> {
  const kind = duration(least, "3650d");
  return {
    expected: `forever, or ${kind.expected}`,
    unit: kind.unit,
    read: (text) => (text === "forever" ? Number.POSITIVE_INFINITY : kind.read(text)),
  };
}

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** A size with its unit; the value is in bytes. */
export function size(least: string, most: string): ValueKind<number> {
  const [low, high] = [bound(parseBytes(least)), bound(parseBytes(most))];
  return {
    expected: `a size with its unit (B, kB, MB, GB, KiB, MiB, GiB) from ${least} to ${most}`,
    unit: "bytes",
    read: (text) => within(parseBytes(text), low, high),
  };
}

const PER_SECOND: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };

/** How often something may happen; the value is per second. */
export function rate(): ValueKind<number> {
  return {
    expected: "a rate such as 100/s, 600/min or 1000/h",
    unit: "per second",
    read: (text) => {
      const match = /^(\d{1,9})\/(s|min|h)$/.exec(text);
      const count = Number(match?.[1] ?? 0);
      return count === 0 ? null : count / (PER_SECOND[match?.[2] ?? ""] ?? 1);
    },
  };
}

/** One of several words. */
export function choice<const T extends string>(...words: readonly T[]): ValueKind<T> {
  return {
    expected: `one of ${words.join(", ")}`,
    unit: null,
    read: (text) => words.find((word) => word === text) ?? null,
  };
}

/** Yes or no. */
export function yesOrNo(): ValueKind<boolean> {
  return {
    expected: "true or false",
    unit: null,
    read: (text) => (text === "true" ? true : text === "false" ? false : null),
  };
}

/** Text without control characters. */
export function line(expected: string, pattern: RegExp = /^\P{Cc}+$/u): ValueKind<string> {
  return { expected, unit: null, read: (text) => (pattern.test(text) ? text : null) };
}

/** An address of one of these protocols. */
export function address(...protocols: readonly string[]): ValueKind<string> {
  return {
    expected: `an address that begins with ${protocols.map((name) => `${name}://`).join(" or ")}`,
    unit: null,
    read: (text) =>
      protocols.some((name) => text.startsWith(`${name}://`) && text.length > name.length + 3) && URL.canParse(text)
        ? text
        : null,
  };
}

/** An address of a PostgreSQL server, whose host may be empty behind a user, as for a socket: no URL by the standard. */
export function postgresAddress(): ValueKind<string> {
  const kind = address("postgres", "postgresql", "socket");
  return {
    ...kind,
    read: (text) => (kind.read(text.replace(/^(\w+:\/\/)[^/?#]*@(?=\/)/, "$1")) === null ? null : text),
  };
}

/** Several values, with commas between them. */
export function list<T>(of: ValueKind<T>): ValueKind<readonly T[]> {
  return {
    expected: `${of.expected}; several with commas between them`,
    unit: of.unit,
    read: (text) => {
      const values = text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "")
        .map((part) => of.read(part));
      const fitting = values.filter((value): value is Awaited<T> & NonNullable<typeof value> => value !== null);
      return fitting.length === values.length ? fitting : null;
    },
  };
}

/** A size as people write it, in bytes; null when the text is none. */
function parseBytes(text: string): number | null {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)([A-Za-z]{1,3})$/.exec(text);
  const factor = BYTES[match?.[2] ?? ""];
  return factor === undefined ? null : Math.round(Number(match?.[1]) * factor);
}

function within(value: number | null, least: number, most: number): number | null {
  return value !== null && value >= least && value <= most ? value : null;
}

function bound(value: number | null): number {
  if (value === null) throw new RangeError("the bound of a setting cannot be read");
  return value;
}
