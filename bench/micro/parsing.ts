import type { FrameHandler, PublishTaker } from '../../src/connection/frame-loop.js'
import { FrameLoop } from '../../src/connection/frame-loop.js'
import { StashPool } from '../../src/connection/stash-pool.js'
import { PublishOutcome, type ShardPort } from '../../src/core/shard-port.js'
import { ChannelFixture } from '../../test/support/channel-fixture.js'
import type { Stage } from './stage.js'
import { publishes } from './wire-bytes.js'

const COUNT = 500

/** From the bytes of a read to whole messages, and on to the shard's door. */
export function parsingStages(): Stage[] {
  return [16, 1024].flatMap((bodyBytes) => [
    { name: `parse frames, ${bodyBytes} B`, ...feeding(bodyBytes, NOBODY) },
    {
      name: `parse and publish to a shard that does nothing, ${bodyBytes} B`,
      ...feeding(bodyBytes, channel()),
    },
  ])
}

function feeding(bodyBytes: number, taker: PublishTaker): Pick<Stage, 'count' | 'run'> {
  const bytes = publishes(COUNT, bodyBytes)
  const loop = new FrameLoop(new Handler(taker), new StashPool(), 131_072)
  return { count: COUNT, run: () => loop.consume(bytes, 0, bytes.length) }
}

const NOBODY: PublishTaker = { publishInPlace() {} }

/** A real channel whose port takes everything and keeps nothing. */
function channel(): PublishTaker {
  const fixture = new ChannelFixture()
  const port: Pick<ShardPort, 'publish' | 'flush'> = { publish: () => PublishOutcome.CONFIRMED, flush() {} }
  fixture.ports.splice(0, 1, port as never)
  return fixture.channel
}

class Handler implements FrameHandler {
  readonly held = false
  private readonly taker: PublishTaker

  constructor(taker: PublishTaker) {
    this.taker = taker
  }

  publishTaker(): PublishTaker {
    return this.taker
  }
  published(): void {}
  publishFailed(_channel: number, error: unknown): void {
    throw error
  }
  frame(type: number): void {
    throw new Error(`a frame of type ${type} went the long way`)
  }
  wrongFrameEnd(): void {
    throw new Error('wrong frame end')
  }
  frameTooLarge(): void {
    throw new Error('frame too large')
  }
}
