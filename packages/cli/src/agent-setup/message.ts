/** A JSON-RPC message, of which only what the relay needs is looked at. */
export type Message = Readonly<Record<string, unknown>>;

/** Whether a value is an object, as every message is. */
export function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member of an object; undefined where there is none. */
export function fieldOf(value: unknown, name: string): unknown {
  return isMessage(value) ? value[name] : undefined;
}
