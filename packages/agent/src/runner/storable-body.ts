import { type Operation, storable } from "@holdpoint/contract";

/**
 * The body of a report with a replacement character where an agent said what cannot be stored: for one character the whole
 * report must not be refused. What the operation takes as it is, as the content of a report file, stays, because it is judged so.
 */
export function storableBody(
  { anyText = [] }: Pick<Operation, "anyText">,
  body: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const mended = storable(JSON.parse(JSON.stringify(body)), anyText);
  return { ...(typeof mended === "object" ? mended : {}) };
}
