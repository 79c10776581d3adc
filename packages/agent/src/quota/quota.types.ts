/** What bounds the kernel can keep for a group. */
export type Controller = "memory" | "pids" | "cpu";

/** Whether commands can be put into control groups here; `holdpoint doctor` prints it. */
export interface GroupsReport {
  /** The folder in which groups of commands are made; null when they cannot be. */
  readonly folder: string | null;
  /** What binds there. */
  readonly controllers: readonly Controller[];
  /** Why there are none; null when there are. */
  readonly reason: string | null;
}
