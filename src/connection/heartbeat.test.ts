import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Timers } from '../util/timers.js'
import { VirtualClock } from '../util/virtual-clock.js'
import { Heartbeat } from './heartbeat.js'

function start(intervalSeconds: number) {
  const clock = new VirtualClock()
  const peer = {
    reads: 0,
    writes: 0,
    sent: 0,
    silentAtMs: -1,
    sendHeartbeat() {
      peer.sent += 1
      peer.writes += 1
    },
    peerIsSilent() {
      peer.silentAtMs = clock.monotonic()
    },
  }
  const heartbeat = new Heartbeat(new Timers(clock), peer, intervalSeconds)
  return { clock, peer, heartbeat }
}

test('the first heartbeat goes out after half an interval although something was written', () => {
  const { clock, peer } = start(10)
  peer.writes = 5
  clock.advanceSync(4999)
  assert.equal(peer.sent, 0)
  clock.advanceSync(1)
  assert.equal(peer.sent, 1)
})

test('no heartbeat is sent in a half interval with other output', () => {
  const { clock, peer } = start(10)
  clock.advanceSync(5000)
  assert.equal(peer.sent, 1)
  peer.writes += 1
  clock.advanceSync(5000)
  assert.equal(peer.sent, 1)
  peer.reads += 1
  clock.advanceSync(5000)
  assert.equal(peer.sent, 2)
})

test('a peer that says nothing is given up after two looks', () => {
  const { clock, peer } = start(10)
  clock.advanceSync(19_999)
  assert.equal(peer.silentAtMs, -1)
  clock.advanceSync(1)
  assert.equal(peer.silentAtMs, 20_000)
})

test('any octet from the peer starts the count of silent looks again', () => {
  const { clock, peer } = start(10)
  clock.advanceSync(15_000)
  peer.reads += 1
  clock.advanceSync(24_999)
  assert.equal(peer.silentAtMs, -1)
  clock.advanceSync(1)
  assert.equal(peer.silentAtMs, 40_000)
})

test('silence does not count while the receiver is paused, and our heartbeats go on', () => {
  const { clock, peer, heartbeat } = start(10)
  heartbeat.pauseReceiver()
  clock.advanceSync(100_000)
  assert.equal(peer.silentAtMs, -1)
  assert.ok(peer.sent > 5)
  heartbeat.resumeReceiver()
  clock.advanceSync(20_000)
  assert.equal(peer.silentAtMs, 120_000)
})

test('a stopped heartbeat leaves no timer behind', () => {
  const { clock, peer, heartbeat } = start(10)
  heartbeat.stop()
  clock.advanceSync(100_000)
  assert.equal(peer.sent, 0)
  assert.equal(clock.pendingCount, 0)
})
