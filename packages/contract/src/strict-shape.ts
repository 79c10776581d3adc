import { z } from "zod";

/**
 * An object of a file that people write: keys that are not known are refused, and the message names those that are.
 *
 * A mistyped key would otherwise be a rule that silently does not apply.
 */
export function strictShape<T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `${issue.keys.length === 1 ? "is not a key" : "are not keys"} known here; known are ${Object.keys(shape).join(", ")}`
        : undefined,
  });
}
