/** A broker that was started for a benchmark. */
export interface RunningBroker {
  readonly name: string
  readonly version: string
  readonly port: number
  /** Its first process; what descends from it counts as the broker. */
  readonly pid: number
  stop(): Promise<void>
}

/** A broker that can be started, when it is installed. */
export interface BrokerKind {
  readonly name: string
  /** Undefined when it is not installed. */
  start(options: StartOptions): Promise<RunningBroker | undefined>
}

export interface StartOptions {
  /** An empty folder that is removed in the end. */
  readonly folder: string
  /** Whether durable messages go to a disk; rivals always do. */
  readonly withDataDirectory: boolean
  /** Arguments of the command beside those that every benchmark gives. */
  readonly args?: readonly string[]
  /** Options of the Node process that it runs in, where it runs in one. */
  readonly nodeOptions?: readonly string[]
}
