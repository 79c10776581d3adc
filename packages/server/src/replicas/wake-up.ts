import { SIGNAL_KINDS, type SignalKind } from "../events/index.ts";

/** What one replica tells the others: which tenants to wake, and for what. */
export interface WakeUp {
  /** The replica that tells it. */
  readonly from: string;
  readonly tenants: Readonly<Record<SignalKind, readonly string[]>>;
}

/** A notification of PostgreSQL holds less than 8000 bytes; names of tenants and replicas are ASCII, and short. */
const MOST_CHARACTERS = 7_000;

/** The texts that tell a wake-up, each short enough for one notification. */
export function wakeUpTexts(
  from: string,
  tenants: Readonly<Record<SignalKind, ReadonlySet<string>>>,
): readonly string[] {
  const texts: string[] = [];
  let parts: Record<SignalKind, string[]> = { committed: [], ready: [], flags: [] };
  let characters = 0;
  const end = (): void => {
    texts.push(JSON.stringify({ from, ...parts }));
    parts = { committed: [], ready: [], flags: [] };
    characters = 0;
  };
  for (const kind of SIGNAL_KINDS) {
    for (const tenant of tenants[kind]) {
      if (characters + tenant.length + from.length > MOST_CHARACTERS) end();
      parts[kind].push(tenant);
      // Quotes and a comma.
      characters += tenant.length + 3;
    }
  }
  if (characters > 0) end();
  return texts;
}

/** Reads such a text; null when it is none. Anyone who may connect to the database can send on the channel. */
export function readWakeUp(text: string): WakeUp | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    if (!("from" in value) || !("committed" in value) || !("ready" in value)) return null;
    const { from, committed, ready } = value;
    // A replica of an earlier version does not speak of flags.
    const flags = "flags" in value ? value.flags : [];
    if (typeof from !== "string" || !isNames(committed) || !isNames(ready) || !isNames(flags)) return null;
    return { from, tenants: { committed, ready, flags } };
  } catch {
    return null;
  }
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}
