export {
  type BackgroundService,
  type BackgroundServiceParts,
  createBackgroundService,
  type RoundOutcome,
} from "./background-service.ts";
