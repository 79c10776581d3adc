import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

function markdownBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return folder === "" ? [] : markdownBelow(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

/** Text outside of code, where links are links. */
function prose(path: string): string {
  const text = readFileSync(join(root, path), "utf8");
  return text.replace(/^ {0,3}(`{3,}|~{3,})[\s\S]*?^ {0,3}\1`*\s*$/gm, "").replace(/`[^`\n]*`/g, "code");
}

/** Anchors of a page as GitHub names them: lower case, words joined by dashes. */
function anchors(path: string): ReadonlySet<string> {
  const headings = prose(path.replace(/^\.\//, "")).matchAll(/^#{1,6} +(.+)$/gm);
  const raw = readFileSync(join(root, path), "utf8").matchAll(/^#{1,6} +(.+)$/gm);
  return new Set([...headings, ...raw].map(([, text = ""]) => slug(text)));
}

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

test("every link between pages leads somewhere", () => {
  const broken = [...markdownBelow(""), ...markdownBelow("docs")].flatMap((page) => {
    const links = [...prose(page).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = ""]) => target);
    return links
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? page : join(dirname(page), path);
        if (!existsSync(join(root, file))) return true;
        return anchor !== undefined && file.endsWith(".md") && !anchors(file).has(anchor);
      })
      .map((target) => `${page}: ${target}`);
  });
  expect(broken).toEqual([]);
});
