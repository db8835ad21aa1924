/**
 * Writes ui/src/api/schema.ts from the OpenAPI document that a broker serves. With --check it writes nothing, and ends
 * with status 1 when the file differs from what would be written.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startBroker } from '../src/broker.js'
import { type ApiDocument, apiTypes } from './api-types.js'

const FILE = fileURLToPath(new URL('../../ui/src/api/schema.ts', import.meta.url))

const types = apiTypes(await servedDocument())
if (!process.argv.includes('--check')) {
  writeFileSync(FILE, types)
} else if (readFileSync(FILE, 'utf8') !== types) {
  console.error('ui/src/api/schema.ts is not what the HTTP API says; npm run generate writes it anew')
  process.exitCode = 1
}

async function servedDocument(): Promise<ApiDocument> {
  const listeners = { tcp: [{ host: '127.0.0.1', port: 0 }], tls: [], unix: [] }
  const broker = await startBroker({ logLevel: 'error', managementPort: 0, listeners })
  try {
    const response = await fetch(`http://127.0.0.1:${broker.managementPort}/api/docs/openapi.json`)
    return (await response.json()) as ApiDocument
  } finally {
    await broker.stop()
  }
}
