import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ControlledBroker } from './control.js'

interface Limits {
  readonly vm_memory_high_watermark_limit: number
  readonly disk_free_limit: number
}

test('status and metrics tell of the memory and disk limits that were set last', async (t) => {
  const broker = await ControlledBroker.start(t)
  const limits = async () => (await broker.json('status')) as Limits
  const before = await limits()
  await broker.output('set_vm_memory_high_watermark', 'absolute', '7GiB')
  await broker.output('set_disk_free_limit', '123MB')
  const after = await limits()
  assert.notEqual(before.vm_memory_high_watermark_limit, 7 * 2 ** 30)
  assert.equal(after.vm_memory_high_watermark_limit, 7 * 2 ** 30)
  assert.equal(after.disk_free_limit, 123e6)
  const scraped = await metrics(broker)
  assert.match(scraped, new RegExp(`^rabbitmq_resident_memory_limit_bytes ${7 * 2 ** 30}$`, 'm'))
  assert.match(scraped, /^rabbitmq_disk_space_available_limit_bytes 123000000$/m)
  await broker.output('set_vm_memory_high_watermark', '0.5')
  await broker.output('set_disk_free_limit', 'mem_relative', '0.001')
  const relative = await limits()
  assert.ok(relative.vm_memory_high_watermark_limit > 500 * relative.disk_free_limit * 0.99)
  assert.notEqual(relative.disk_free_limit, 123e6)
})

async function metrics(broker: ControlledBroker): Promise<string> {
  const headers = { authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}` }
  return (await fetch(`http://127.0.0.1:${broker.managementPort}/api/metrics`, { headers })).text()
}
