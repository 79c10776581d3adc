/** Where the parts of an embedded database stand, all below `.holdpoint/pg/`. */
export interface ClusterPaths {
  readonly root: string;
  readonly data: string;
  /** Holds the socket, unless its path is too long for one. */
  readonly run: string;
  readonly log: string;
  readonly password: string;
  /** Says that this user's Holdpoint made the data directory. */
  readonly seal: string;
  /** Settings and access rules of ours, written at every start; those in the data directory do not count. */
  readonly config: string;
  readonly access: string;
  /** Says that the server of the lock's holder can be joined. */
  readonly known: string;
}
