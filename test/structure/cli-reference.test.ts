import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cliReference } from '../../scripts/cli-reference.js'

test('the command line reference is what the table of commands says', () => {
  const file = fileURLToPath(new URL('../../../docs/reference/cli.md', import.meta.url))
  assert.equal(
    readFileSync(file, 'utf8'),
    cliReference(),
    'dist/scripts/generate-cli-reference.js writes it anew',
  )
})
