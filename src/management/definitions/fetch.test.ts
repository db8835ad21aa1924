import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { fetchFile } from './fetch.js'

async function serve(t: TestContext, body: string): Promise<string> {
  const server = createServer((_request, response) => void response.end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/d.json`
}

test('a file of a web server is read up to a limit', async (t) => {
  const url = await serve(t, 'x'.repeat(100))
  assert.equal((await fetchFile(url, undefined, 100)).length, 100)
  await assert.rejects(fetchFile(url, undefined, 99), /is larger than 99 octets/)
})

test('a server that is not there is named', async () => {
  await assert.rejects(
    fetchFile('http://127.0.0.1:1/d.json', undefined),
    /http:\/\/127\.0\.0\.1:1\/d\.json cannot be read/,
  )
})
