/** What stands in the place of a secret. */
const HIDDEN = "[hidden]";
/** Levels below which nothing is written. */
const DEEPEST = 12;

/** Names of fields whose value is a secret, whatever it looks like. */
const SECRET_NAME =
  /^(?:.*[_-])?(?:authorization|x-auth-token|cookie|set-cookie|passwords?|passwd|secrets?|tokens?|api[_-]?key|credentials?)$/i;
/** `databasePassword`, `accessToken`. */
const SECRET_ENDING = /(?:Password|Secret|Token|ApiKey|Credentials?)$/;

const IN_TEXT: readonly (readonly [RegExp, string])[] = [
  // Tokens of Holdpoint, wherever they stand.
  [/hp_[A-Za-z0-9]+_[A-Za-z0-9_-]+/g, `hp_${HIDDEN}`],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+/gi, `$1 ${HIDDEN}`],
  // User and password in an address: up to the last @ before the path, since a password may hold one.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi, `$1${HIDDEN}@`],
  [/\b(password|passwd|secret|token|api_?key)(\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&"']+)/gi, `$1$2${HIDDEN}`],
];

/** Text without the secrets that it holds. */
export function redactText(text: string): string {
  return IN_TEXT.reduce((left, [pattern, instead]) => left.replace(pattern, instead), text);
}

/** A copy of what is to be logged, without the secrets that it holds at any depth. Errors become plain objects. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEEPEST) return "[too deep]";
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return redact(Object.fromEntries(value), depth);
  if (value instanceof Set) return redact([...value], depth);
  if (Array.isArray(value)) return value.map((part) => redact(part, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      redactText(name),
      isSecretName(name) && part !== null && part !== undefined ? HIDDEN : redact(part, depth + 1),
    ]),
  );
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) || SECRET_ENDING.test(name);
}

function redactError(error: Error, depth: number): unknown {
  const { name, message, stack, cause } = error;
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  return {
    type: name,
    message: redactText(message),
    ...code,
    stack: stack === undefined ? undefined : redactText(stack),
    ...(cause === undefined ? {} : { cause: redact(cause, depth + 1) }),
  };
}
