const LETTERS = ["a", "b", "c", "d", "e", "f", "g", "h", "i"] as const;

/** Nine lines that stand for nine to the power of nine values: each names the one before nine times. */
export function aliasBomb(): string {
  return LETTERS.map((letter, at) => {
    const before = LETTERS[at - 1];
    const value = before === undefined ? "x" : `*${before}`;
    return `${letter}: &${letter} [${Array.from({ length: 9 }, () => value).join(", ")}]\n`;
  }).join("");
}

/** A YAML plan nested as deep as that. */
export function deepYaml(depth: number): string {
  const levels = Array.from({ length: depth }, (_, at) => {
    const indent = "  ".repeat(2 * at + 1);
    return `${indent}- title: level ${at}\n${indent}  tasks:\n`;
  });
  return `title: Deep\ntasks:\n${levels.join("")}`;
}

/** A Markdown list nested as deep as that. */
export function deepList(depth: number): string {
  return Array.from({ length: depth }, (_, at) => `${"  ".repeat(at)}- [ ] level ${at}\n`).join("");
}
