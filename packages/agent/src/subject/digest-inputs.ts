import { globMatcher } from "./glob-matcher.ts";
import { digestFiles, FileDigests, walkFiles } from "./tree-digest.ts";

/** The files that a check depends on, as they are now. */
export interface InputsDigest {
  /** `sha256:` digest by path, mode and content. */
  readonly digest: string;
  /** How many files matched. Inputs that match nothing prove nothing. */
  readonly files: number;
  /** The globs that matched no file, as written; those that begin with `!` are not among them. */
  readonly unmatched: readonly string[];
}

/** Remembered as for the subject. */
const sharedDigests = new FileDigests();

/**
 * Digests the files below a folder that match any glob and no glob that begins with `!`.
 *
 * `*` and `?` stay within a path part, `**` spans parts, all other characters are themselves; a glob that ends with `/` means
 * all below. Ignored files count when a glob names them; `node_modules`, `.git` and `.holdpoint` never do.
 *
 * @throws HP7204 when a file cannot be read
 */
export async function digestInputs(
  root: string,
  globs: readonly string[],
  digests: FileDigests = sharedDigests,
): Promise<InputsDigest> {
  const matches = globMatcher(globs);
  const files = (await walkFiles(root)).filter(matches);
  const unmatched = globs.filter((glob) => !glob.startsWith("!") && !files.some(globMatcher([glob])));
  return { digest: await digestFiles(root, files, digests), files: files.length, unmatched };
}
