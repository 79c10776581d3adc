/**
 * Makes a test for relative paths from globs; those that begin with `!` take matches away again.
 *
 * The one dialect of Holdpoint, the same as for the report files of a check: `*` and `?` stand for characters within a
 * name, `**` as a whole part for any number of folders; every other character, braces and brackets too, is itself. A
 * glob that ends with `/` means all below. A path is matched whole. A glob that leads out of the folder (`../x`, `/x`)
 * matches nothing.
 */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  const wanted = globs.filter((glob) => !glob.startsWith("!")).map(partsOf);
  const unwanted = globs.filter((glob) => glob.startsWith("!")).map((glob) => partsOf(glob.slice(1)));
  return (path) => {
    const parts = path.split("/");
    return wanted.some((glob) => matchParts(glob, parts)) && !unwanted.some((glob) => matchParts(glob, parts));
  };
}

/** Parts of a glob; none for one that leads outside, which then matches nothing. */
function partsOf(glob: string): readonly string[] {
  if (glob.startsWith("/")) return [];
  const parts = glob.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return [];
  return glob.endsWith("/") ? [...parts, "**"] : parts;
}

/** No regular expression: no glob takes more than (its length × the path's length) steps. */
function matchParts(glob: readonly string[], path: readonly string[]): boolean {
  // `reach[i]`: whether the parts of the glob so far match the first i names of the path.
  let reach = [true, ...path.map(() => false)];
  for (const part of glob) {
    const last = reach;
    const first = last.indexOf(true);
    if (first === -1) return false;
    reach =
      part === "**"
        ? last.map((_, at) => at >= first)
        : last.map((_, at) => at > 0 && last[at - 1] === true && matchName(part, path[at - 1] ?? ""));
  }
  return reach[path.length] === true;
}

/** On a mismatch the last `*` takes one character more. */
function matchName(glob: string, name: string): boolean {
  let at = 0;
  let index = 0;
  let star: { readonly after: number; taken: number } | null = null;
  while (index < name.length) {
    if (glob[at] === "*") {
      star = { after: at + 1, taken: index };
      at += 1;
    } else if (at < glob.length && (glob[at] === "?" || glob[at] === name[index])) {
      at += 1;
      index += 1;
    } else if (star !== null) {
      star.taken += 1;
      index = star.taken;
      at = star.after;
    } else return false;
  }
  return /^\**$/.test(glob.slice(at));
}
