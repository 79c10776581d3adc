const WIDTH = 120;

/**
 * Prints JSON as the project's formatter does: objects over several lines, lists on one line where they fit, so that
 * generated files pass the format check.
 */
export function printJson(value: unknown): string {
  return `${print(value, "", 0)}\n`;
}

/** @param taken columns of the line that are taken before the value and after it */
function print(value: unknown, indent: string, taken: number): string {
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const line = `[${value.map((part) => JSON.stringify(part)).join(", ")}]`;
    const isFlat = value.every((part) => typeof part !== "object" || part === null);
    if (isFlat && indent.length + taken + line.length <= WIDTH) return line;
    return `[\n${value.map((part) => deeper + print(part, deeper, 1)).join(",\n")}\n${indent}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  if (entries.length === 0) return "{}";
  const lines = entries.map(([key, part]) => {
    const name = `${JSON.stringify(key)}: `;
    return deeper + name + print(part, deeper, name.length + 1);
  });
  return `{\n${lines.join(",\n")}\n${indent}}`;
}
