/** How many links a client may still create. LNK-04 writes it. */
export class Quota {
  take(_client) {
    throw new Error("the quota is not written yet (LNK-04)");
  }
}
