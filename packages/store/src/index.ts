export { type DirectoryLock, lockDirectory } from "./embedded/directory-lock.ts";
export { type Session, type Statement, statement } from "./statement.ts";
export { storeProblems } from "./store.problems.ts";
export { type EmbeddedStoreOptions, openStore, type Store, type StoreOptions } from "./store.ts";
