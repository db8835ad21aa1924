import assert from 'node:assert/strict'
import test from 'node:test'
import { openConfirmChannel, takeAll } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { uniqueName } from '../support/names.js'

test('a message that no queue takes is returned whole, before its confirm', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true })
  const events: string[] = []
  channel.on('return', ({ content, fields, properties }) => {
    assert('replyCode' in fields && fields.replyCode === 312)
    assert('replyText' in fields && fields.replyText === 'NO_ROUTE')
    assert.equal(fields.exchange, 'amq.direct')
    assert.equal(properties.messageId, `id ${content}`)
    events.push(`${content} returned`)
  })
  const nowhere = uniqueName('nowhere')
  for (const [n, [exchange, key]] of [
    ['amq.direct', nowhere],
    ['', queue],
    ['amq.direct', nowhere],
  ].entries()) {
    const options = { mandatory: true, messageId: `id ${n}` }
    channel.publish(exchange!, key!, Buffer.from(`${n}`), options, (error) => {
      assert.equal(error, null)
      events.push(`${n} confirmed`)
    })
  }
  await channel.waitForConfirms()
  for (const n of [0, 2]) {
    assert(events.includes(`${n} returned`))
    assert(events.indexOf(`${n} returned`) < events.indexOf(`${n} confirmed`), events.join(', '))
  }
  assert.deepEqual(await takeAll(channel, queue), ['1'])
})

test('without mandatory a message that no queue takes is confirmed and dropped', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  let returned = 0
  channel.on('return', () => {
    returned += 1
  })
  channel.publish('amq.direct', uniqueName('nowhere'), Buffer.from('lost'))
  await channel.waitForConfirms()
  assert.equal(returned, 0)
})
