/** Programs that print, count or compare what is in files, and run nothing of it. */
const READERS: ReadonlySet<string> = new Set(
  ": [ cat cd cmp cut diff du echo egrep exit false fgrep grep head ls printf sha256sum sort stat tail test true uniq wc".split(
    " ",
  ),
);
/** Words after which another command begins. */
const KEYWORDS: ReadonlySet<string> = new Set("if then else elif fi do done while until ! {".split(" "));

/**
 * Whether a command line runs nothing but programs that look into files: `echo lines=$(wc -l < report.txt)`. The files
 * that it names are then what is measured and no part of the measuring. Anything that is not plainly so counts as run.
 */
export function onlyReads(command: string): boolean {
  if (command.includes("`")) return false;
  let startsCommand = true;
  let previous = "";
  for (const [token] of command.matchAll(/\|\||&&|[;|&()<>\n]|[^\s;|&()<>]+/g)) {
    const isTarget = previous === "<" || previous === ">" || /^\d$/.test(previous);
    previous = token;
    if (/^(?:\|\||&&|[;|&()\n])$/.test(token) || KEYWORDS.has(token)) startsCommand = true;
    else if (token !== "<" && token !== ">" && startsCommand && !isTarget) {
      if (/^\w+=[^$]*$/.test(token)) continue;
      if (!READERS.has(token)) return false;
      startsCommand = false;
    }
  }
  return true;
}
