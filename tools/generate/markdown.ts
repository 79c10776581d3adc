/** The first line of every generated page. */
export function generatedFrom(source: string): string {
  return `<!-- Generated from ${source} by \`npm run generate\`; edits here are lost. -->\n\n`;
}

/** A Markdown table with columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => width(row[column] ?? ""))));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((columns, column) => pad(row[column] ?? "", columns)).join(" | ")} |`;
  const [first = [], ...others] = cells;
  return `${[line(first), `| ${widths.map((columns) => "-".repeat(columns)).join(" | ")} |`, ...others.map(line)].join("\n")}\n`;
}

/** A fenced block; the fence is longer than any in the text. */
export function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${text.replace(/\n$/, "")}\n${fence}\n`;
}

function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}

/** Characters, not UTF-16 units; the pages hold none that are wider than one column. */
function width(text: string): number {
  return Array.from(text).length;
}
