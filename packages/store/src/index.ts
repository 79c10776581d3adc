export { type Session, type Statement, statement } from "./statement.ts";
export { STORE_PROBLEMS } from "./store.problems.ts";
export { openStore, type Store, type StoreOptions } from "./store.ts";
