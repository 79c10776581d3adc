/**
 * Commands that the docs show are run by the tests. What a fenced block is stands behind its language:
 *
 *   ```sh test              run by `sh -e`; the page's blocks share one folder, which is empty at first
 *   ```sh test exit=2       … and the last command has to end with 2
 *   ```sh test in=FOLDER    … in a copy of this folder of the repository (a page's blocks share the copy)
 *   ```sh shown="reason"    shown only, and why: it needs a clone, a network, a person
 *   ```text output          lines that the block before has to print, in this order; … stands for anything
 *   ```markdown file=PATH   written to the page's folder before the next block runs (any language)
 *
 * A block of shell commands without one of these words is a mistake, so nothing is left out silently.
 */

/** A file that a page writes, or a run of commands with what it has to print. */
export type DocsStep =
  | { readonly kind: "file"; readonly line: number; readonly path: string; readonly content: string }
  | {
      readonly kind: "commands";
      readonly line: number;
      readonly script: string;
      readonly exit: number;
      /** Folder of the repository that is copied; null for an empty one. */
      readonly folder: string | null;
      readonly output: readonly string[];
    };

/** What a page holds for the tests. */
export interface DocsPage {
  readonly steps: readonly DocsStep[];
  /** Blocks that are shown and not run, with the reason. */
  readonly shown: readonly { readonly line: number; readonly reason: string }[];
  /** Blocks that say neither, and marks that cannot be understood. */
  readonly mistakes: readonly { readonly line: number; readonly what: string }[];
}

interface Block {
  readonly line: number;
  readonly language: string;
  readonly words: readonly string[];
  readonly content: string;
}

const SHELL = new Set(["sh", "bash", "shell", "console", "zsh"]);

/** Reads the marked blocks of a page, in order. */
export function readDocsPage(markdown: string): DocsPage {
  const steps: DocsStep[] = [];
  const shown: { line: number; reason: string }[] = [];
  const mistakes: { line: number; what: string }[] = [];
  for (const block of blocksOf(markdown)) {
    const { line, content } = block;
    const file = valueOf(block, "file");
    const reason = valueOf(block, "shown");
    if (file !== null) steps.push({ kind: "file", line, path: file, content });
    else if (block.words.includes("output")) {
      const last = steps.at(-1);
      const output = content.split("\n").filter((text) => text.trim() !== "");
      if (last?.kind === "commands") steps[steps.length - 1] = { ...last, output };
      else mistakes.push({ line, what: "output without a block of commands before it" });
    } else if (!SHELL.has(block.language)) continue;
    else if (reason !== null) shown.push({ line, reason });
    else if (!block.words.includes("test")) mistakes.push({ line, what: 'say `sh test` or `sh shown="reason"`' });
    else {
      const exit = valueOf(block, "exit") ?? "0";
      const folder = valueOf(block, "in");
      if (!/^\d{1,3}$/.test(exit)) mistakes.push({ line, what: `exit=${exit} is no exit code` });
      else steps.push({ kind: "commands", line, script: content, exit: Number(exit), folder, output: [] });
    }
  }
  return { steps, shown, mistakes };
}

/** Whether what was printed has these lines, in this order; `…` in a line stands for anything, spaces for any blanks. */
export function firstMissingLine(printed: string, expected: readonly string[]): string | null {
  const lines = printed.split("\n").map(blanks);
  let from = 0;
  for (const text of expected) {
    const pattern = new RegExp(blanks(text).split("…").map(escape).join(".*"));
    const found = lines.findIndex((line, index) => index >= from && pattern.test(line));
    if (found === -1) return text;
    from = found + 1;
  }
  return null;
}

function blocksOf(markdown: string): readonly Block[] {
  const found: Block[] = [];
  let open: { fence: string; line: number; info: string; content: string[] } | null = null;
  for (const [index, text] of markdown.split("\n").entries()) {
    const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(text);
    if (open === null) {
      if (mark !== null) open = { fence: mark[1] ?? "", line: index + 1, info: (mark[2] ?? "").trim(), content: [] };
    } else if (mark !== null && (mark[1] ?? "").startsWith(open.fence) && (mark[2] ?? "").trim() === "") {
      const [language = "", ...words] = open.info.match(/[\w-]+="[^"]*"|\S+/g) ?? [];
      found.push({ line: open.line, language, words, content: `${open.content.join("\n")}\n` });
      open = null;
    } else open.content.push(text);
  }
  return found;
}

function valueOf(block: Block, name: string): string | null {
  const word = block.words.find((candidate) => candidate.startsWith(`${name}=`));
  return word === undefined ? null : word.slice(name.length + 1).replace(/^"(.*)"$/, "$1");
}

function blanks(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
