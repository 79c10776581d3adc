export { createHistoryKeeper, DEFAULT_RETENTION } from "./history-keeper.ts";
