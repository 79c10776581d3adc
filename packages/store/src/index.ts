export type { CopyProgress, OnCopyProgress } from "./copy/copy-progress.ts";
export { backup, moveStore, restore } from "./copy/copy-store.ts";
export type { CopySummary } from "./copy/write-records.ts";
export { type DirectoryLock, lockDirectory } from "./embedded/directory-lock.ts";
export { type HistoryRound, keepHistory, type Retention } from "./history/keep-history.ts";
export { type HistoryTable } from "./history/partitions.ts";
export type { Listener, ListenHandler } from "./listener.ts";
export { heldKind } from "./own-database.ts";
export { type Session, type Statement, statement } from "./statement.ts";
export { storeProblems } from "./store.problems.ts";
export { openStore } from "./store.ts";
export type {
  Connections,
  ConnectionUse,
  EmbeddedStoreOptions,
  Store,
  StoreOptions,
  StoreScope,
} from "./store.types.ts";
