export { statement, type Session, type Statement } from "./statement.ts";
export { openStore, type Store, type StoreOptions } from "./store.ts";
export { STORE_PROBLEMS } from "./store.problems.ts";
