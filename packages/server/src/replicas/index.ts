export { createDatabaseWatch, type DatabaseFigures, type DatabaseWatch } from "./database-watch.ts";
export { createWakeUpRelay, type WakeUpRelay } from "./wake-up-relay.ts";
