/** Fields that are placed by themselves or say nothing to people. */
const PLACED: ReadonlySet<string> = new Set(["time", "level", "msg", "err"]);

/** A JSON log line as people read it: time of day, level, message, then the fields; a stack on lines of its own. */
export function logLine(json: string): string {
  const fields = parse(json);
  if (fields === null) return json;
  const time = textOf(fields["time"]).slice(11, 19);
  const level = textOf(fields["level"]).padEnd(5);
  const rest = Object.entries(fields).filter(([name, value]) => !PLACED.has(name) && value !== null);
  const told = rest.map(([name, value]) => `${name}=${textOf(value)}`);
  return `${[time, level, textOf(fields["msg"]), ...told].join(" ")}${errorOf(fields["err"])}\n`;
}

function errorOf(err: unknown): string {
  if (typeof err === "string") return `: ${err}`;
  if (typeof err !== "object" || err === null) return "";
  const { stack, message }: { readonly stack?: unknown; readonly message?: unknown } = err;
  return `\n${textOf(stack ?? message)}`;
}

function parse(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
