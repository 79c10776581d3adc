export type * from "./event.types.ts";
export { appendEvents, createEventLog } from "./event-log.ts";
