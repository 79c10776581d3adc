export { createDatabaseWatch, type DatabaseFigures } from "./database-watch.ts";
export { createWakeUpRelay } from "./wake-up-relay.ts";
