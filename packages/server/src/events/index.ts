export { appendEvents, createEventLog } from "./event-log.ts";
export type * from "./event.types.ts";
