import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCommandLine, usage } from './command-line.js'

test('flags are read with their values, in both forms', () => {
  assert.deepEqual(parseCommandLine(['--config', 'a.conf', '--amqp-port=0', '--bind', '::1']), {
    action: 'run',
    configPath: 'a.conf',
    flags: new Map([
      ['bind', '::1'],
      ['amqpPort', '0'],
    ]),
  })
})

test('help, version and print-config say what to do', () => {
  assert.equal(parseCommandLine(['-h']).action, 'help')
  assert.equal(parseCommandLine(['--version']).action, 'version')
  assert.equal(parseCommandLine(['--print-config', '--bind', 'x']).action, 'print-config')
})

test('what is not known is refused by name', () => {
  assert.throws(() => parseCommandLine(['--prot', '1']), {
    name: 'ConfigError',
    message: /Unknown option '--prot'/,
  })
  assert.throws(() => parseCommandLine(['start']), { name: 'ConfigError', message: /'start'/ })
  assert.throws(() => parseCommandLine(['--amqp-port']), { name: 'ConfigError', message: /--amqp-port/ })
  assert.throws(() => parseCommandLine(['--data-dir=']), {
    message: '--data-dir: expected a value, got nothing',
  })
})

test('the usage text names every flag', () => {
  for (const flag of [
    'config',
    'data-dir',
    'bind',
    'amqp-port',
    'management-port',
    'log-level',
    'print-config',
  ]) {
    assert.match(usage(), new RegExp(`^  --${flag}\\b`, 'm'))
  }
})
