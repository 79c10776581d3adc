-- The W3C trace id of the request that caused the event: what a log line, an agent and an event have in common.
ALTER TABLE holdpoint.event ADD COLUMN trace text CHECK (trace ~ '^[0-9a-f]{32}$');
