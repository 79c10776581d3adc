import { perSignalKind, SIGNAL_KINDS, type SignalKind } from "../events/index.ts";

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
  let parts = perSignalKind((): string[] => []);
  let characters = 0;
  const end = (): void => {
    texts.push(JSON.stringify({ from, ...parts }));
    parts = perSignalKind(() => []);
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
    if (!isRecord(value)) return null;
    const { from } = value;
    // A replica of another version does not speak of every kind.
    const tenants = perSignalKind((kind) => value[kind] ?? []);
    return typeof from === "string" && areNames(tenants) ? { from, tenants } : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function areNames(tenants: Record<SignalKind, unknown>): tenants is Record<SignalKind, readonly string[]> {
  return Object.values(tenants).every(
    (names) => Array.isArray(names) && names.every((name) => typeof name === "string"),
  );
}
