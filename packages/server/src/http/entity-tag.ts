/** The `ETag` of a document, by its digest. */
export function entityTag(digest: string): string {
  return `"${digest}"`;
}

/** Whether one of the tags of `If-None-Match` is this one; `*` is any. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 */
export function isNamed(header: string, tag: string): boolean {
  return header.trim() === "*" || tagsOf(header).some((one) => one.replace(/^W\//, "") === tag);
}

/** What a write asks of the document that is there, by its digest; null when there is none. */
export type Precondition = (digest: string | null) => boolean;

/**
 * Reads `If-Match` and `If-None-Match` of a write; null when it asks for nothing.
 *
 * @param header the value of a header, null when it was not sent
 */
export function preconditionOf(header: (name: string) => string | null): Precondition | null {
  const [match, noneMatch] = [header("if-match"), header("if-none-match")];
  if (match === null && noneMatch === null) return null;
  return (digest) => {
    const tag = digest === null ? null : entityTag(digest);
    // A weak tag says too little for a write: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
    const isThere = tag !== null && (match?.trim() === "*" || tagsOf(match ?? "").includes(tag));
    return (match === null || isThere) && (noneMatch === null || tag === null || !isNamed(noneMatch, tag));
  };
}

function tagsOf(header: string): readonly string[] {
  return header.split(",").map((one) => one.trim());
}
