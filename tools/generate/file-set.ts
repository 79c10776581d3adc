import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Generated files by path below the root, and the folders that hold nothing else. */
export interface FileSet {
  readonly contents: ReadonlyMap<string, string>;
  /** Folders in which a file that is not generated is a leftover. */
  readonly folders: readonly string[];
}

/** One file that is not as it should be. */
export interface FileDifference {
  readonly path: string;
  readonly why: "missing" | "differs" | "leftover";
}

/** Compares what is on disk with what should be, in the order of the paths. */
export function compareFiles(root: string, files: FileSet): readonly FileDifference[] {
  const found: FileDifference[] = [];
  for (const [path, content] of files.contents) {
    const file = join(root, path);
    if (!existsSync(file)) found.push({ path, why: "missing" });
    else if (readFileSync(file, "utf8") !== content) found.push({ path, why: "differs" });
  }
  for (const path of leftovers(root, files)) found.push({ path, why: "leftover" });
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Writes the files that differ and removes leftovers. */
export function writeFiles(root: string, files: FileSet): void {
  for (const { path, why } of compareFiles(root, files)) {
    const file = join(root, path);
    if (why === "leftover") rmSync(file);
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, files.contents.get(path) ?? "");
    }
  }
}

function leftovers(root: string, files: FileSet): readonly string[] {
  return files.folders.flatMap((folder) => {
    const dir = join(root, folder);
    if (!existsSync(dir)) return [];
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !files.contents.has(`${folder}/${entry.name}`))
      .map((entry) => `${folder}/${entry.name}`);
  });
}
