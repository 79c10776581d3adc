/** Short code of the n-th link. LNK-02 writes it. */
export function codeOf(_sequence) {
  throw new Error("short codes are not written yet (LNK-02)");
}
