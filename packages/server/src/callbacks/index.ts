export { type AddressGuard, createAddressGuard } from "./address-guard.ts";
export type * from "./callback.types.ts";
export { type CallbackDesk, createCallbackDesk } from "./callback-desk.ts";
export { queueSettled, registerCallbacks } from "./callback-outbox.ts";
export { type CallbackOptions, createCallbackSender } from "./callback-sender.ts";
export { callbackProblems } from "./callbacks.problems.ts";
export { callbackRoutes } from "./callbacks.routes.ts";
export { type MadeCallback, makeCallback, type WantedCallback } from "./make-callback.ts";
