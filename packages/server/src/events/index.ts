export type * from "./event.types.ts";
export { EventFeed, type FeedRequest } from "./event-feed.ts";
export { appendEvents, createEventLog } from "./event-log.ts";
export { eventProblems } from "./events.problems.ts";
export { type EventRoom, eventRoutes } from "./events.routes.ts";
export {
  createSignalBus,
  EVERY_TENANT,
  perSignalKind,
  SIGNAL_KINDS,
  type SignalBus,
  type SignalKind,
  type SignalOrigin,
} from "./signal-bus.ts";
