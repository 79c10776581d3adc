export { type DirectoryLock, lockDirectory } from "./embedded/directory-lock.ts";
export { type Session, type Statement, statement } from "./statement.ts";
export { storeProblems } from "./store.problems.ts";
export { openStore } from "./store.ts";
export type { EmbeddedStoreOptions, Store, StoreOptions, StoreScope } from "./store.types.ts";
