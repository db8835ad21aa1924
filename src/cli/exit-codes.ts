/** Exit statuses, which are those of RabbitMQ's tools (sysexits.h). */
export const EXIT = {
  ok: 0,
  /** Unknown command, option or column; wrong number of arguments. */
  usage: 64,
  /** An argument with a value that cannot be, or that names something that is not there. */
  data: 65,
  noUser: 67,
  /** The node cannot be reached, a check failed, a thing is not there. */
  unavailable: 69,
  /** Everything else that failed. */
  software: 70,
  /** The time for an answer is over. */
  timeout: 75,
  /** The tool's own settings are wrong, credentials among them. */
  config: 78,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
