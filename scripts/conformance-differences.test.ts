import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, listedScenarios } from './conformance-differences.js'

const DOCUMENT = `# Differences
Text about \`qos/other\`.

| Scenario | Here |
|---|---|
| \`qos/global\` | works |
|  \`queue/transient-2\`  | works |
| no scenario | \`tx/commit\` |
`

test('scenarios are listed by the first cell of a table row, and by nothing else', () => {
  assert.deepEqual([...listedScenarios(DOCUMENT)], ['qos/global', 'queue/transient-2'])
})

test('a failure is as listed or unlisted, and a listed scenario that passes is stale', () => {
  const result = {
    passed: ['qos/global', 'ack/one'],
    failed: ['queue/transient-2', 'tx/commit'],
    skipped: [],
  }
  assert.deepEqual(compare(result, listedScenarios(DOCUMENT)), {
    expected: ['queue/transient-2'],
    unlisted: ['tx/commit'],
    stale: ['qos/global'],
  })
})

test('a listed scenario that was skipped is neither expected nor stale', () => {
  const result = { passed: [], failed: [], skipped: ['qos/global'] }
  assert.deepEqual(compare(result, listedScenarios(DOCUMENT)), { expected: [], unlisted: [], stale: [] })
})
