import type { ConsumerWindows } from './consumer-windows.js'

/**
 * Octets of one read, a power of two like all of these. With messages of 1 KiB 256 KiB took a sixth more of the broker's
 * time; with small ones it makes no difference, and their reads are shorter: see `READ_TIME_MAX_MS`.
 */
export const READ_SIZE_BYTES = 1024 * 1024
/** No read takes less at most. */
export const READ_SIZE_BYTES_MIN = 4 * 1024
/** Octets of one read while other sockets have something to say, too: they wait for the work that it makes. */
export const SHARED_READ_BYTES = 64 * 1024

/** Octets of a shared read for each message of a consumer's window: some of them go by while it is served. */
const BYTES_PER_WINDOW_MESSAGE = 256

/** Where the reads of one broker go, all plain connections alike, and how much a read may take. */
export class ReadArea {
  /** Reads land in `bytes[start..end)`. The memory around it is somebody else's. */
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** Consumers that wait for their acks to be read. */
  readonly windows: ConsumerWindows
  /** Reads so far, by all sockets. */
  reads = 0
  /** The beginnings of the area that reads may fill, the largest first. */
  private readonly views: Buffer[] = []

  /** `memory` has room for {@link READ_SIZE_BYTES}. */
  constructor(memory: AreaMemory, windows: ConsumerWindows) {
    const { bytes, start, end } = memory
    this.bytes = bytes
    this.start = start
    this.end = end
    this.windows = windows
    for (let octets = READ_SIZE_BYTES; octets >= READ_SIZE_BYTES_MIN; octets /= 2) {
      this.views.push(bytes.subarray(start, start + octets))
    }
  }

  /** Where a read of at most `octets` goes; {@link READ_SIZE_BYTES_MIN} for less. */
  view(octets: number): Buffer {
    const { views } = this
    return views.find((view) => view.length <= octets) ?? views[views.length - 1]
  }

  /** Octets of a read while consumers wait that have had all they may have. */
  get bytesBesideWindows(): number {
    const wanted = this.windows.messages * BYTES_PER_WINDOW_MESSAGE
    return this.view(Math.min(wanted, SHARED_READ_BYTES)).length
  }
}

/** A piece of a larger buffer. */
interface AreaMemory {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}
