import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { configReference } from '../../scripts/config-reference.js'

test('the configuration reference is what the table of options says', () => {
  const file = fileURLToPath(new URL('../../../docs/reference/configuration.md', import.meta.url))
  assert.equal(readFileSync(file, 'utf8'), configReference(), 'npm run generate writes it anew')
})
