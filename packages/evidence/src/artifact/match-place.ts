/**
 * Whether a path matches a pattern: `*` and `?` within a name, `**` for any number of folders.
 *
 * No regular expression is made of the pattern, so no pattern of a stranger can take more than
 * (pattern length × path length) steps.
 */
export function matchPlace(pattern: readonly string[], path: readonly string[]): boolean {
  // `reach[i]`: whether the segments so far match the first i names of the path.
  let reach = [true, ...path.map(() => false)];
  for (const segment of pattern) {
    if (segment === "**") {
      const first = reach.indexOf(true);
      reach = reach.map((_, index) => first !== -1 && index >= first);
    } else {
      reach = reach.map(
        (_, index) => index > 0 && reach[index - 1] === true && matchName(segment, path[index - 1] ?? ""),
      );
    }
  }
  return reach[path.length] === true;
}

/** Greedy wildcard matching: on a mismatch only the last `*` takes one character more. */
function matchName(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  let index = 0;
  while (index < name.length) {
    if (pattern[at] === "*") {
      star = at;
      retry = index;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === name[index])) {
      at += 1;
      index += 1;
    } else if (star !== -1) {
      retry += 1;
      index = retry;
      at = star + 1;
    } else return false;
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}
