import type { Surroundings } from '../broker.js'
import type { BrokerOptions } from '../config/broker-options.js'
import type { Clock } from '../util/clock.js'
import { lineLogger } from '../util/log/line-logger.js'
import { type Logger, type LogLevel, SILENT_LOGGER } from '../util/logger.js'
import { VirtualClock } from '../util/virtual-clock.js'
import type { SeededRandom } from './seeded-random.js'

/** Publishes that are recorded unless `record` says another number. */
const RECORDED_DEFAULT = 10_000
/**
 * Address space for the messages of a broker without a data directory: small, for there may be many in a process, and
 * a start that asks for 16 MiB waits 1 ms for them (4 MiB: 0.3 ms). More messages than that have memory of their own.
 */
const ARENA_BYTES = 4 * 1024 * 1024

/**
 * How an embedded broker is started. Every key has a default; keys of {@link BrokerOptions} that are not named here
 * (limits, users, management port, ...) may be given too.
 */
export interface EmbedOptions extends Partial<Omit<BrokerOptions, 'listeners' | 'loadDefinitions' | 'log'>> {
  /** TCP port; 0 lets the system choose, false listens nowhere ({@link EmbeddedBroker.connect} works all the same). Default 0. */
  readonly port?: number | false | undefined
  /** Address to listen on. Default '127.0.0.1'. */
  readonly host?: string | undefined
  /** Instead of port and host: all addresses, TLS and Unix domain sockets. */
  readonly listeners?: Partial<BrokerOptions['listeners']> | undefined
  /** Where durable state is kept. Default: nowhere, everything is in memory. */
  readonly dataDir?: string | undefined
  /** What messages live by: the machine's clock, one that stands still until it is turned, or your own. Default 'real'. */
  readonly clock?: 'real' | 'virtual' | Clock | undefined
  /** The clock of heartbeats and other deadlines of sockets, when `clock` is virtual. Default 'real'. */
  readonly heartbeats?: 'real' | 'virtual' | undefined
  /** Makes everything that is left to chance repeat: choices of exchanges, names, faults. Default: chance. */
  readonly seed?: number | undefined
  /** Where the broker's log goes: nowhere, to stderr at `logLevel` (default 'info'), or to your own. Default false. */
  readonly logger?: false | 'stderr' | Logger | undefined
  /** How many publishes {@link EmbeddedBroker.published} remembers; true is 10000. Default true without `dataDir`. */
  readonly record?: boolean | number | undefined
  /** Prepares the broker for faults on demand in frames, confirms, deliveries and on its disk. Default false. */
  readonly faults?: boolean | undefined
  /** Definitions as RabbitMQ exports them, taken in before the broker is handed out. Default none. */
  readonly definitions?: object | undefined
}

/** What {@link EmbedOptions} come to. */
export interface ResolvedEmbedding {
  readonly options: Partial<BrokerOptions>
  readonly clock: Clock | undefined
  readonly machineClock: Clock | undefined
  readonly logger: Logger
  /** Publishes to record, 0 for none. */
  readonly recordedMax: number
  readonly arenaBytes: number | undefined
}

/** Sorts options into the broker's own and those of its surroundings. */
export function resolveEmbedding(given: EmbedOptions): ResolvedEmbedding {
  const {
    port = 0,
    host = '127.0.0.1',
    listeners,
    clock: clockOption,
    heartbeats,
    seed: _seed,
    logger,
    record,
    faults: _faults,
    definitions: _definitions,
    ...options
  } = given
  const clock =
    clockOption === 'virtual' ? new VirtualClock() : clockOption === 'real' ? undefined : clockOption
  return {
    options: { logLevel: 'info', ...options, listeners: listenersOf(port, host, listeners) },
    clock,
    machineClock: clock !== undefined && heartbeats === 'virtual' ? clock : undefined,
    logger: loggerOf(logger, options.logLevel),
    recordedMax: recordedOf(record ?? options.dataDir === undefined),
    arenaBytes: options.dataDir === undefined ? ARENA_BYTES : undefined,
  }
}

/** The parts of {@link Surroundings} that depend on the seed. */
export function chanceOf(
  random: SeededRandom,
  options: EmbedOptions,
): Pick<Surroundings, 'random' | 'randomOctets'> {
  if (options.seed === undefined) return {}
  // Files have names that must not come twice, so octets repeat only where nothing is kept.
  if (options.dataDir !== undefined) return { random: random.next }
  return { random: random.next, randomOctets: random.octets }
}

function listenersOf(
  port: number | false,
  host: string,
  listeners: EmbedOptions['listeners'],
): BrokerOptions['listeners'] {
  if (listeners !== undefined) return { tcp: [], tls: [], unix: [], ...listeners }
  return { tcp: port === false ? [] : [{ host, port }], tls: [], unix: [] }
}

function loggerOf(logger: EmbedOptions['logger'], level: LogLevel = 'info'): Logger {
  if (logger === undefined || logger === false) return SILENT_LOGGER
  return logger === 'stderr' ? lineLogger(level, (line) => process.stderr.write(line)) : logger
}

function recordedOf(record: boolean | number): number {
  return typeof record === 'number' ? record : record ? RECORDED_DEFAULT : 0
}
