import { Redis } from "ioredis";
import type { SharedCount } from "./rate-limits.ts";

/** How long a count may take before it is given up, milliseconds. */
const TIMEOUT_MS = 100;
/** Longest pause between two tries to connect, milliseconds. */
const RECONNECT_MS = 2_000;

// Time is Redis's own, so that replicas whose clocks differ share one bucket.
const TAKE = `
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local bucket = redis.call('HMGET', KEYS[1], 'left', 'at')
local left, at = tonumber(bucket[1]), tonumber(bucket[2])
if left == nil or at == nil then left, at = burst, now end
left = math.min(burst, left + math.max(0, now - at) / 1000 * rate)
local allowed = 0
if left >= 1 then allowed, left = 1, left - 1 end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return {allowed, tostring(left)}
`;

/** A count in Redis. */
export interface RedisCount extends SharedCount {
  close(): void;
}

/** Counts in Redis; rejects at once while it is away, and connects again by itself. @param url `redis://…` */
export function createRedisCount(url: string): RedisCount {
  const redis = new Redis(url, {
    commandTimeout: TIMEOUT_MS,
    connectTimeout: 1_000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(RECONNECT_MS, times * 100),
  });
  // The breaker sees each failure in the calls; an event that nobody hears would end the process.
  redis.on("error", () => undefined);
  return {
    async take(caller, { perSecond, burst }) {
      const answer: unknown = await redis.eval(TAKE, 1, `holdpoint:rate:${caller}`, perSecond, burst);
      const [allowed, left]: readonly unknown[] = Array.isArray(answer) ? answer : [];
      const number = Number(left);
      if (left === undefined || Number.isNaN(number)) throw new Error("Redis answered no count");
      return { allowed: allowed === 1, left: number };
    },
    close: () => redis.disconnect(),
  };
}
