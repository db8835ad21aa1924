import type { OpenableTransport, PeerAddress, TransportSink } from '../connection/transport.js'
import { FRAME_OVERHEAD } from '../protocol/amqp091/frame.js'
import type { Clock, ClockTimer } from '../util/clock.js'
import type { SeededRandom } from './seeded-random.js'

/** What shall go wrong on the way to the clients. */
export interface FrameFaults {
  /** Milliseconds that the next frames are held back, 0 for none. */
  delayMs(): number
  /** Frames of different channels change places. */
  reorders(): boolean
}

interface Held {
  readonly chunk: Buffer
  readonly sent: () => void
  readonly dueAtMs: number
}

/**
 * A transport whose writes may come late, or in another order among channels. What AMQP promises stays true: frames of
 * one channel keep their order, and those of channel 0 keep their place among all.
 */
export class FaultyTransport implements OpenableTransport {
  readonly #transport: OpenableTransport
  readonly #faults: FrameFaults
  readonly #random: SeededRandom
  readonly #clock: Clock
  readonly #held: Held[] = []
  #heldBytes = 0
  #timer: ClockTimer | undefined
  #ends = false

  constructor(transport: OpenableTransport, faults: FrameFaults, random: SeededRandom, clock: Clock) {
    this.#transport = transport
    this.#faults = faults
    this.#random = random
    this.#clock = clock
  }

  get peer(): PeerAddress {
    return this.#transport.peer
  }

  get unsentBytes(): number {
    return this.#heldBytes + this.#transport.unsentBytes
  }

  open(sink: TransportSink): void {
    this.#transport.open(sink)
  }

  write(chunk: Buffer, sent: () => void): void {
    const ordered = this.#faults.reorders() ? reordered(chunk, this.#random) : chunk
    const delayMs = this.#faults.delayMs()
    if (delayMs === 0 && this.#held.length === 0) {
      this.#transport.write(ordered, sent)
      return
    }
    // What comes later is not sent sooner.
    const earliest = this.#held[this.#held.length - 1]?.dueAtMs ?? 0
    this.#held.push({
      chunk: ordered,
      sent,
      dueAtMs: Math.max(earliest, this.#clock.monotonic() + delayMs),
    })
    this.#heldBytes += ordered.length
    this.#schedule()
  }

  pause(): void {
    this.#transport.pause()
  }

  resume(): void {
    this.#transport.resume()
  }

  end(): void {
    if (this.#held.length === 0) this.#transport.end()
    else this.#ends = true
  }

  destroy(): void {
    this.#timer?.cancel()
    this.#held.length = 0
    this.#heldBytes = 0
    this.#transport.destroy()
  }

  #schedule(): void {
    const [first] = this.#held
    if (first === undefined || this.#timer !== undefined) return
    const delayMs = Math.max(0, first.dueAtMs - this.#clock.monotonic())
    this.#timer = this.#clock.setTimer(() => this.#release(), delayMs)
  }

  #release(): void {
    this.#timer = undefined
    const now = this.#clock.monotonic()
    // A timer of the machine may fire a fraction of a millisecond early.
    while (this.#held.length > 0 && this.#held[0]!.dueAtMs <= now + 1) {
      const { chunk, sent } = this.#held.shift()!
      this.#heldBytes -= chunk.length
      this.#transport.write(chunk, sent)
    }
    if (this.#held.length > 0) this.#schedule()
    else if (this.#ends) this.#transport.end()
  }
}

/** Mixes the channels of a chunk of whole frames. Comes back as it is when there is nothing to mix. */
function reordered(chunk: Buffer, random: SeededRandom): Buffer {
  const parts: Buffer[] = []
  let run: Buffer[] = []
  for (let at = 0; at + FRAME_OVERHEAD <= chunk.length; ) {
    const end = at + FRAME_OVERHEAD + chunk.readUInt32BE(at + 3)
    const frame = chunk.subarray(at, end)
    at = end
    if (frame.readUInt16BE(1) > 0) {
      run.push(frame)
      continue
    }
    parts.push(...mixed(run, random), frame)
    run = []
  }
  parts.push(...mixed(run, random))
  const result = Buffer.concat(parts)
  return result.length === chunk.length ? result : chunk
}

function mixed(frames: readonly Buffer[], random: SeededRandom): Buffer[] {
  const byChannel = new Map<number, Buffer[]>()
  for (const frame of frames) {
    const channel = frame.readUInt16BE(1)
    const ofChannel = byChannel.get(channel)
    if (ofChannel === undefined) byChannel.set(channel, [frame])
    else ofChannel.push(frame)
  }
  const left = [...byChannel.values()]
  const result: Buffer[] = []
  while (left.length > 0) {
    const choice = random.below(left.length)
    result.push(left[choice]!.shift()!)
    if (left[choice]!.length === 0) left.splice(choice, 1)
  }
  return result
}
