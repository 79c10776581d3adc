export {
  type BackgroundService,
  createBackgroundService,
  type RoundOutcome,
} from "./background-service.ts";
