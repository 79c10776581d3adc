/** NUL, and half of a surrogate pair: what no database keeps, and the server therefore refuses. */
const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * The body of a report with a replacement character where an agent said what cannot be stored: for one character the whole
 * report must not be refused. The content of a report file stays as it is, because it is judged so.
 */
export function storableBody(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const mended: unknown = JSON.parse(JSON.stringify(body), (key, value: unknown) =>
    typeof value === "string" && key !== "content" ? value.replaceAll(UNSTORABLE, "\ufffd") : value,
  );
  return { ...(typeof mended === "object" ? mended : {}) };
}
