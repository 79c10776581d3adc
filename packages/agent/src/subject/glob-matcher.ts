/**
 * Makes a test for relative paths from globs; those that begin with `!` take matches away again.
 *
 * A path is matched whole. A glob that leads out of the folder (`../x`, `/x`) matches nothing.
 */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  const wanted = globs.filter((glob) => !glob.startsWith("!")).map(globExpression);
  const unwanted = globs.filter((glob) => glob.startsWith("!")).map((glob) => globExpression(glob.slice(1)));
  return (path) =>
    wanted.some((expression) => expression.test(path)) && !unwanted.some((expression) => expression.test(path));
}

/** One token of a glob, longest first. */
const TOKEN = /\*\*\/|\/\*\*$|\*\*|\*|\?|\[!?[^\]/]+\]|[{},]|[^*?[\]{},]+|./gs;

function globExpression(glob: string): RegExp {
  const plain = glob.replace(/^\.\//, "").replace(/\/$/, "/**");
  let depth = 0;
  const source = (plain.match(TOKEN) ?? []).map((token) => {
    if (token === "{") depth += 1;
    const inBraces = depth > 0;
    if (token === "}" && inBraces) depth -= 1;
    return translate(token, inBraces);
  });
  try {
    if (depth === 0) return new RegExp(`^${source.join("")}$`, "su");
  } catch {
    // A range the wrong way round (`[z-a]`): it is then no pattern, as is a brace that is never closed.
  }
  return new RegExp(`^${escape(plain)}$`, "su");
}

function translate(token: string, inBraces: boolean): string {
  switch (token) {
    case "**/":
      return "(?:.*/)?";
    case "/**":
      return "/.*";
    case "**":
      return ".*";
    case "*":
      return "[^/]*";
    case "?":
      return "[^/]";
    case "{":
      return "(?:";
    case "}":
      return inBraces ? ")" : "\\}";
    case ",":
      return inBraces ? "|" : ",";
    default:
      if (token.length > 2 && token.startsWith("[") && token.endsWith("]")) return characterClass(token.slice(1, -1));
      return escape(token);
  }
}

function characterClass(inside: string): string {
  const negated = inside.startsWith("!");
  const characters = (negated ? inside.slice(1) : inside).replaceAll(/[\\\]^[]/g, String.raw`\$&`);
  return `(?!/)[${negated ? "^" : ""}${characters}]`;
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
