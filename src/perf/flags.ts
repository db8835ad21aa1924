/** A flag of the command: its one home, from which parsing and help follow. */
export interface Flag {
  readonly short?: string
  /** Undefined for a switch. */
  readonly value?: string
  readonly multiple?: boolean
  readonly help: string
}

/** Letters are those of RabbitMQ's PerfTest where it has the flag. */
export const FLAGS = {
  uri: {
    short: 'h',
    value: 'URI',
    multiple: true,
    help: 'Broker to connect to; may be given several times.',
  },
  uris: { short: 'H', value: 'URI,URI', help: 'Several brokers, taken in turn.' },
  id: { short: 'd', value: 'NAME', help: 'Name of the run, in its connections and queues.' },
  producers: { short: 'x', value: 'N', help: 'Publishers, or workers of a churn scenario. Default 1.' },
  consumers: { short: 'y', value: 'N', help: 'Consumers. Default 1.' },
  size: { short: 's', value: 'BYTES', help: 'Size of a body; from 8 on, latency is measured. Default 16.' },
  rate: { short: 'r', value: 'N', help: 'Messages per second and publisher. Default: no limit.' },
  confirm: { short: 'c', value: 'N', help: 'Confirms, with so many publishes waiting at most.' },
  autoack: { short: 'a', help: 'Consumers need not acknowledge.' },
  'multi-ack-every': { short: 'A', value: 'N', help: 'Acknowledge every N messages at once. Default 1.' },
  qos: { short: 'q', value: 'N', help: 'Prefetch of a consumer. Default: no limit.' },
  flag: {
    short: 'f',
    value: 'FLAG',
    multiple: true,
    help: 'persistent or mandatory; may be given several times.',
  },
  'message-properties': {
    value: 'KEY=VALUE,...',
    help: 'Properties such as priority=5,contentType=text/plain; other keys become headers.',
  },
  exchange: {
    short: 'e',
    value: 'NAME',
    help: 'Exchange, which is declared. Default: the default exchange.',
  },
  type: { short: 't', value: 'TYPE', help: 'Type of the exchange. Default direct.' },
  'routing-key': { short: 'k', value: 'KEY', help: 'Default: the name of the queue.' },
  queue: { short: 'u', value: 'NAME', help: 'Queue. Default: the id.' },
  'queue-pattern': { value: 'PATTERN', help: 'Names of several queues, with a %d or %i in it.' },
  'queue-pattern-from': { value: 'N', help: 'First number of the pattern. Default 1.' },
  'queue-pattern-to': { value: 'N', help: 'Last number of the pattern.' },
  queues: { value: 'N', help: 'Several queues, named after the id.' },
  'queue-args': { value: 'KEY=VALUE,...', help: 'Arguments of the queues, such as x-max-length=1000.' },
  'consumer-args': {
    value: 'KEY=VALUE,...',
    help: 'Arguments of the consumers, such as x-stream-offset=first.',
  },
  'quorum-queue': { help: 'Durable quorum queues.' },
  'stream-queue': { help: 'Durable streams.' },
  durable: { help: 'Durable queues; implied by persistent messages.' },
  predeclared: { short: 'p', help: 'Exchange and queues are there already and stay.' },
  keep: { help: 'Leave the queues at the end.' },
  time: {
    short: 'z',
    value: 'SECONDS',
    help: 'How long to run. Default: until interrupted, or until the limits.',
  },
  warmup: { short: 'w', value: 'SECONDS', help: 'Seconds before that, which do not count in the figures.' },
  pmessages: { short: 'C', value: 'N', help: 'Messages of each publisher, or operations of each worker.' },
  cmessages: { short: 'D', value: 'N', help: 'Messages of each consumer.' },
  count: { value: 'N', help: 'Connections or queues of the counting scenarios. Default 1000.' },
  interval: {
    short: 'i',
    value: 'SECONDS',
    help: 'Time between progress lines on stderr; 0 for none. Default 1.',
  },
  threads: { value: 'N', help: 'Threads for publishers and consumers. Default: the processors but one.' },
  json: { help: 'Report on stdout as JSON.' },
  output: { short: 'o', value: 'FILE', help: 'Write the JSON report to a file too.' },
  version: { help: 'Print the version, and exit.' },
  help: { help: 'Print this, and exit.' },
} as const satisfies Readonly<Record<string, Flag>>

export type FlagName = keyof typeof FLAGS

const SCENARIO_HELP: readonly (readonly [string, string])[] = [
  ['throughput', 'Publishes and consumes as fast as it goes, or at a rate. The default.'],
  ['latency', 'The same at 1000 messages/s, persistent and confirmed, with a histogram.'],
  ['connection-churn', 'Opens and closes connections.'],
  ['queue-churn', 'Declares and deletes queues.'],
  ['binding-churn', 'Binds and unbinds a queue.'],
  ['connection-count', 'Opens --count connections and holds them for -z seconds.'],
  ['queue-count', 'Declares --count queues, holds them for -z seconds and deletes them.'],
  ['backlog', 'Fills a queue (-C messages per publisher) and then empties it.'],
]

/** The text of `--help`. */
export function usage(): string {
  const flags = Object.entries(FLAGS as Readonly<Record<string, Flag>>).map(([name, flag]) => {
    const letter = flag.short === undefined ? '    ' : `-${flag.short}, `
    return [`${letter}--${name}${flag.value === undefined ? '' : ` ${flag.value}`}`, flag.help] as const
  })
  const table = (rows: readonly (readonly [string, string])[]): string => {
    const width = Math.max(...rows.map(([left]) => left.length))
    return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('')
  }
  return `usage: leveret-perf [scenario] [option ...]\n\nScenarios:\n${table(SCENARIO_HELP)}\nOptions:\n${table(flags)}`
}
