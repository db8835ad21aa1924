import type { Actor } from '../../core/doors.js'
import { fromPlain } from '../../core/field-table.js'
import type { MessageView } from '../../core/message.js'
import type { DeliverySink } from '../../core/shard-port.js'
import { TRACE_EXCHANGE } from '../../core/topology/predeclared-exchanges.js'
import { LineWriter } from '../../util/log/line-writer.js'
import { LogFile } from '../../util/log/log-file.js'
import type { ManagementServices } from '../management-services.js'
import { formatMissing, formatTraceRecord, type TraceFormat, traceRecordOf } from './trace-record.js'

/** The size from which a trace file is put aside as `NAME.log.0`; what was there is dropped. */
export const TRACE_FILE_BYTES_MAX = 64 << 20
/** Copies that wait in the queue behind a trace; beyond these the oldest go. */
const QUEUE_LENGTH_MAX = 10_000
const ONE_OLDER = { sizeBytes: TRACE_FILE_BYTES_MAX, date: undefined, count: 1, compress: false }

/** What a trace is to be. */
export interface TraceSpec {
  readonly vhost: string
  readonly name: string
  readonly format: TraceFormat
  /** Of routing keys in `amq.rabbitmq.trace`: `#`, `publish.#`, `deliver.my-queue`. */
  readonly pattern: string
  /** Octets of a body that are written; undefined for all. */
  readonly payloadBytesMax: number | undefined
}

/**
 * Writes the messages of a vhost to a file as they are published and delivered: a consumer of a queue of its own on
 * `amq.rabbitmq.trace`. Messages that come faster than they can be written are left out, and the file says how many.
 */
export class Trace {
  readonly spec: TraceSpec
  readonly queue: string
  readonly #services: Pick<ManagementServices, 'doors' | 'shards' | 'clock'>
  readonly #actor: Actor
  readonly #file: LogFile
  readonly #writer: LineWriter
  readonly #bodyBytesMax: number
  #missing = 0
  #subscriptionId: number | undefined
  #queueId = 0

  /** `failed` hears of a file that cannot be written. `actor` owns the queue. */
  constructor(
    spec: TraceSpec,
    path: string,
    services: Pick<ManagementServices, 'doors' | 'shards' | 'clock'>,
    actor: Actor,
    failed: (error: Error) => void,
  ) {
    this.spec = spec
    this.queue = `leveret.trace-file.${spec.name}`
    this.#services = services
    this.#actor = actor
    this.#bodyBytesMax = spec.payloadBytesMax ?? Number.POSITIVE_INFINITY
    this.#file = new LogFile(path, ONE_OLDER, failed)
    this.#writer = new LineWriter(() => this.#file.descriptor(), failed)
  }

  /** Throws the system's error when the file cannot be opened, and BrokerErrors where the vhost takes no more queues. */
  start(): void {
    const { doors, shards } = this.#services
    const { vhost, pattern } = this.spec
    this.#file.descriptor()
    doors.declareQueue(this.#actor, vhost, {
      name: this.queue,
      durable: false,
      exclusive: true,
      autoDelete: false,
      arguments: new Map([
        ['x-queue-type', fromPlain('classic')],
        ['x-max-length', fromPlain(QUEUE_LENGTH_MAX)],
      ]),
    })
    doors.bind(this.#actor, vhost, {
      source: TRACE_EXCHANGE,
      destinationKind: 'queue',
      destination: this.queue,
      routingKey: pattern,
      arguments: new Map(),
    })
    this.#queueId = doors.topology.vhosts.get(vhost)?.queues.get(this.queue)?.id ?? 0
    const port = shards.portFor(this.#queueId)
    this.#subscriptionId = port.subscribe(this.#queueId, SUBSCRIPTION, this.#sink())
    port.flush()
    doors.setVhostTracing(vhost, true)
  }

  /** Ends the trace, and the tracing of its vhost where nobody else listens. The file stays. */
  async stop(): Promise<void> {
    const { doors, shards } = this.#services
    const vhost = doors.topology.vhosts.get(this.spec.vhost)
    if (this.#subscriptionId !== undefined) shards.portFor(this.#queueId).unsubscribe(this.#subscriptionId)
    this.#subscriptionId = undefined
    if (vhost?.queues.has(this.queue)) {
      doors.deleteQueue(this.#actor, vhost.name, this.queue, { ifUnused: false, ifEmpty: false })
    }
    if (vhost?.exchanges.get(TRACE_EXCHANGE)?.outgoing.size === 0) doors.setVhostTracing(vhost.name, false)
    await this.#writer.flushed()
    this.#writer.close()
    await this.#file.close()
  }

  /** The file may have been deleted: what comes goes to a new one. */
  fileIsGone(): void {
    this.#file.reopen()
    this.#writer.touch()
  }

  #sink(): DeliverySink {
    return {
      subscribed() {},
      canTake: () => true,
      cancelled: () => {
        this.#subscriptionId = undefined
      },
      deliver: (_id, message) => this.#write(message),
    }
  }

  #write(copy: MessageView): void {
    const { format } = this.spec
    const nowMs = this.#services.clock.now()
    if (this.#missing > 0 && this.#writer.write(formatMissing(this.#missing, nowMs, format)))
      this.#missing = 0
    const record = traceRecordOf(copy, nowMs, this.#bodyBytesMax)
    if (!this.#writer.write(formatTraceRecord(record, format))) this.#missing += 1
  }
}

const SUBSCRIPTION = {
  consumerTag: 'leveret.trace-file',
  noAck: true,
  exclusive: true,
  prefetchCount: 0,
  priority: 0,
  consumerTimeoutMs: undefined,
  streamOffset: { kind: 'next' },
  streamFilter: [],
  streamMatchUnfiltered: false,
} as const
