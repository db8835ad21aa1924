import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.js'
import { type FrameHandler, FrameLoop, type PublishTaker } from './frame-loop.js'
import { StashPool } from './stash-pool.js'

/** Writes down what a loop does, one line an event. */
class Recorder implements FrameHandler, PublishTaker {
  readonly lines: string[] = []
  held = false
  /** Channels that take publishes in place. */
  readonly open = new Set<number>()
  /** Holds after the next frame. */
  holdNext = false
  failNext = false

  publishTaker(channel: number): PublishTaker | undefined {
    return this.open.has(channel) ? this : undefined
  }
  publishInPlace(buffer: Buffer, ...at: [number, number, number, number, number, number]): void {
    if (this.failNext) {
      this.failNext = false
      throw new Error('no')
    }
    const [argumentsStart, argumentsEnd, headerStart, headerEnd, bodyStart, bodyEnd] = at
    this.lines.push(
      [
        'publish',
        buffer.toString('hex', argumentsStart, argumentsEnd),
        buffer.toString('hex', headerStart, headerEnd),
        buffer.toString('latin1', bodyStart, bodyEnd),
      ].join(' '),
    )
    this.stopIfAsked()
  }
  published(): void {
    this.lines.push('published')
  }
  publishFailed(channel: number, error: unknown): void {
    this.lines.push(`failed ${channel} ${(error as Error).message}`)
  }
  frame(type: number, channel: number, buffer: Buffer, start: number, end: number): void {
    this.lines.push(`frame ${type} ${channel} ${buffer.toString('hex', start, end)}`)
    this.stopIfAsked()
  }
  wrongFrameEnd(type: number, channel: number, buffer: Buffer, start: number, end: number): void {
    this.lines.push(`wrong end ${type} ${channel} ${buffer.toString('hex', start, end)} ${buffer[end]}`)
  }
  frameTooLarge(type: number, channel: number, size: number): void {
    this.lines.push(`too large ${type} ${channel} ${size}`)
  }
  private stopIfAsked(): void {
    if (this.holdNext) this.held = true
  }
}

function frame(type: number, channel: number, payload: Buffer, end = 0xce): Buffer {
  const bytes = Buffer.alloc(payload.length + 8)
  bytes[0] = type
  bytes.writeUInt16BE(channel, 1)
  bytes.writeUInt32BE(payload.length, 3)
  payload.copy(bytes, 7)
  bytes[payload.length + 7] = end
  return bytes
}

/** basic.publish with the routing key `k`, then header and bodies. */
function publish(channel: number, bodies: readonly string[], size = bodies.join('').length): Buffer {
  const header = Buffer.alloc(14)
  header[1] = 60
  header.writeBigUInt64BE(BigInt(size), 4)
  return Buffer.concat([
    frame(1, channel, Buffer.from([0, 60, 0, 40, 0, 0, 0, 1, 0x6b, 0])),
    frame(2, channel, header),
    ...bodies.map((body) => frame(3, channel, Buffer.from(body))),
  ])
}

function loopOf(recorder: Recorder, frameMax = 8192): FrameLoop {
  return new FrameLoop(recorder, new StashPool(), frameMax)
}

const ARGUMENTS = '000000016b00'
const headerOf = (size: string): string => `003c0000${size.padStart(16, '0')}0000`

test('a message whose frames lie together goes the short way', () => {
  const recorder = new Recorder()
  recorder.open.add(1)
  const bytes = Buffer.concat([publish(1, ['hello']), publish(1, [])])
  loopOf(recorder).consume(bytes, 0, bytes.length)
  assert.deepEqual(recorder.lines, [
    `publish ${ARGUMENTS} ${headerOf('5')} hello`,
    'published',
    `publish ${ARGUMENTS} ${headerOf('0')} `,
  ])
})

test('whether more publishes are wanted is asked after the first of a read and after every 32nd', () => {
  const recorder = new Recorder()
  recorder.open.add(1)
  const loop = loopOf(recorder)
  const bytes = Buffer.concat(Array.from({ length: 70 }, () => publish(1, ['hello'])))
  for (let read = 0; read < 2; read++) {
    recorder.lines.length = 0
    loop.consume(bytes, 0, bytes.length)
    const asked = recorder.lines.flatMap((line, at) => (line === 'published' ? [at] : []))
    // The first of the read, the 33rd and the 65th, each followed by the question.
    assert.deepEqual(asked, [1, 34, 67])
  }
})

test('a message in several bodies, of another channel or on a closed channel goes the long way', () => {
  const longWays = [
    publish(1, ['he', 'llo']),
    publish(2, ['hello']),
    publish(1, ['hello'], 6),
    Buffer.concat([publish(1, ['hello']).subarray(0, 18), publish(3, ['hello']).subarray(18)]),
  ]
  for (const bytes of longWays) {
    const recorder = new Recorder()
    recorder.open.add(1)
    loopOf(recorder).consume(bytes, 0, bytes.length)
    assert.ok(recorder.lines.length >= 3)
    assert.ok(recorder.lines.every((line) => line.startsWith('frame')))
  }
})

test('frames of a message that one channel refuses do not disturb what follows', () => {
  const recorder = new Recorder()
  recorder.open.add(1)
  recorder.failNext = true
  const bytes = Buffer.concat([publish(1, ['a']), frame(8, 0, Buffer.alloc(0))])
  loopOf(recorder).consume(bytes, 0, bytes.length)
  assert.deepEqual(recorder.lines, ['failed 1 no', 'frame 8 0 '])
})

/** What came out as frames, whichever way messages went. */
function asFrames(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [word, args, header, body] = line.split(' ')
    if (word === 'published') return []
    if (word !== 'publish') return [line]
    const frames = [`frame 1 1 003c0028${args}`, `frame 2 1 ${header}`]
    return body === '' ? frames : [...frames, `frame 3 1 ${Buffer.from(body!).toString('hex')}`]
  })
}

test('a message that is cut in its header or body goes the short way once it is whole', () => {
  const bytes = Buffer.concat([publish(1, ['hello']), publish(1, ['again'])])
  for (const cut of [19, 25, 30, 39, 40, 45, 50]) {
    const recorder = new Recorder()
    recorder.open.add(1)
    const loop = loopOf(recorder)
    loop.consume(Buffer.from(bytes.subarray(0, cut)), 0, cut)
    assert.deepEqual(recorder.lines, [], `cut at ${cut}`)
    loop.consume(bytes, cut, bytes.length)
    assert.deepEqual(
      recorder.lines.filter((line) => line !== 'published'),
      ['hello', 'again'].map((body) => `publish ${ARGUMENTS} ${headerOf('5')} ${body}`),
      `cut at ${cut}`,
    )
  }
})

test('a publish that comes alone is handled at once', () => {
  const recorder = new Recorder()
  recorder.open.add(1)
  const bytes = publish(1, ['hello'])
  loopOf(recorder).consume(bytes, 0, 18)
  assert.equal(recorder.lines.length, 1)
})

test('however the octets are cut and frames are held up, the same frames come out', () => {
  const seed = 20251126
  const random = randomFrom(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const parts: Buffer[] = []
  for (let i = 0; i < 200; i++) {
    const kind = below(6)
    if (kind < 2) parts.push(frame(1 + below(3), below(3), Buffer.alloc(below(600), i)))
    else if (kind === 2) parts.push(publish(1, ['ab', 'c']))
    else if (kind === 3) parts.push(publish(below(3), [], below(2) * 9))
    else parts.push(publish(1, ['x'.repeat(below(400))].filter(Boolean)))
  }
  const bytes = Buffer.concat(parts)
  // The long way cuts frames one by one: nobody takes a message as a whole.
  const whole = new Recorder()
  loopOf(whole).consume(bytes, 0, bytes.length)
  for (const largest of [1, 2, 7, 50, 1000]) {
    const cut = new Recorder()
    cut.open.add(1)
    const loop = loopOf(cut)
    for (let at = 0; at < bytes.length; ) {
      const size = Math.min(1 + below(largest), bytes.length - at)
      // A scratch copy that is wiped: whoever keeps a view of a read sees nonsense.
      const read = Buffer.from(bytes.subarray(at, at + size))
      if (below(5) === 0) cut.held = true
      loop.consume(read, 0, size)
      read.fill(0xff)
      if (below(2) === 0) {
        cut.held = false
        loop.resume()
      }
      at += size
    }
    cut.held = false
    loop.resume()
    assert.deepEqual(asFrames(cut.lines), whole.lines, `seed ${seed}, reads of up to ${largest}`)
  }
})

test('what comes while frames are not wanted is kept in order', () => {
  const recorder = new Recorder()
  const loop = loopOf(recorder)
  const numbered = [1, 2, 3, 4, 5].map((n) => frame(1, n, Buffer.from([0, 10, 0, n])))
  const bytes = Buffer.concat(numbered)
  recorder.holdNext = true
  loop.consume(bytes, 0, 30)
  assert.equal(recorder.lines.length, 1)
  loop.consume(bytes, 30, 40)
  recorder.held = false
  loop.resume()
  assert.equal(recorder.lines.length, 2)
  loop.consume(bytes, 40, bytes.length)
  recorder.holdNext = false
  recorder.held = false
  loop.resume()
  assert.deepEqual(
    recorder.lines,
    [1, 2, 3, 4, 5].map((n) => `frame 1 ${n} 000a000${n}`),
  )
})

test('a frame over the limit ends the reading and shows its size, wherever its header was cut', () => {
  for (const first of [7, 3, 100]) {
    const recorder = new Recorder()
    const loop = loopOf(recorder, 100)
    const bytes = Buffer.concat([frame(3, 1, Buffer.alloc(101)), frame(8, 0, Buffer.alloc(0))])
    loop.consume(bytes, 0, first)
    loop.consume(bytes, first, bytes.length)
    assert.deepEqual(recorder.lines, ['too large 3 1 101'])
  }
})

test('a payload of exactly the limit is taken', () => {
  const recorder = new Recorder()
  const bytes = frame(3, 1, Buffer.alloc(100))
  loopOf(recorder, 100).consume(bytes, 0, bytes.length)
  assert.equal(recorder.lines.length, 1)
})

test('a wrong end octet is shown with the payload before it', () => {
  const recorder = new Recorder()
  const bytes = frame(1, 1, Buffer.from([0, 20, 0, 10, 0]), 205)
  loopOf(recorder).consume(bytes, 0, bytes.length)
  assert.deepEqual(recorder.lines, ['wrong end 1 1 0014000a00 205'])
})

test('a large frame that arrives in small pieces is put together', () => {
  const recorder = new Recorder()
  const loop = loopOf(recorder, 1_000_000)
  const payload = Buffer.alloc(900_000, 7)
  const bytes = Buffer.concat([frame(3, 1, payload), frame(8, 0, Buffer.alloc(0))])
  for (let at = 0; at < bytes.length; at += 1460) loop.consume(bytes, at, Math.min(bytes.length, at + 1460))
  assert.equal(recorder.lines.length, 2)
  assert.equal(recorder.lines[0], `frame 3 1 ${payload.toString('hex')}`)
})
