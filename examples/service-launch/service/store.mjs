/** Links by code. LNK-03 writes it. */
export class LinkStore {
  create(_url) {
    throw new Error("the link store is not written yet (LNK-03)");
  }
}
