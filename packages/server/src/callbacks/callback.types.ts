/** Where to tell of tasks when they are settled, before it is stored. */
export interface NewCallback {
  readonly callbackId: string;
  readonly url: string;
  /** `whsec_` and base64. */
  readonly secret: string;
}

/** A callback that is about one task, or about all tasks of a batch. */
export interface Registration extends NewCallback {
  readonly about: "task" | "batch";
  readonly planId: string;
  readonly taskIds: readonly string[];
  readonly by: string;
}

/** How the callback of a task stands. */
export interface CallbackBrief {
  readonly id: string;
  readonly state: "waiting" | "pending" | "delivered" | "given_up";
  /** Of the newest notification. */
  readonly attempts: number;
  readonly lastError: string | null;
}

/** A callback as lists show it. Moments in milliseconds since the epoch. */
export interface CallbackView extends CallbackBrief {
  readonly about: "task" | "batch";
  readonly plan: string;
  readonly task: string | null;
  readonly tasks: number;
  readonly open: number;
  readonly origin: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly settledAt: number | null;
  readonly nextAt: number | null;
  readonly endedAt: number | null;
}

/** A notification that was taken to be sent. */
export interface Delivery {
  readonly deliveryId: string;
  readonly callbackId: string;
  readonly planId: string;
  readonly taskId: string | null;
  readonly url: string;
  readonly secret: string;
  readonly body: string;
  /** This one included. */
  readonly attempts: number;
  /** Since when it may be tried, milliseconds since the epoch. */
  readonly since: number;
}

/** How one try went. */
export type DeliveryEnd =
  | { readonly outcome: "delivered"; readonly status: number }
  | { readonly outcome: "failed"; readonly error: string; readonly nextAt: number }
  | { readonly outcome: "given_up"; readonly error: string }
  /** It was broken off because this process ends: another one goes on at once, and the try does not count. */
  | { readonly outcome: "put_back" };

/** One try, for metrics and the log. */
export interface CallbackRecord {
  readonly tenant: string;
  readonly callbackId: string;
  readonly deliveryId: string;
  readonly origin: string;
  readonly outcome: DeliveryEnd["outcome"];
  readonly attempts: number;
  readonly error: string | null;
  readonly tookMs: number;
}
