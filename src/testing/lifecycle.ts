import type { EmbedOptions } from '../embedding/embed-options.js'
import type { EmbeddedBroker } from '../embedding/embedded-broker.js'
import { startBroker } from '../embedding/start-broker.js'

/** A running test, as its function gets it: `t` of node:test, or the context of vitest. */
export type TestScope =
  | { after(fn: () => Promise<void>): unknown }
  | { onTestFinished(fn: () => Promise<void>): unknown }

/** The hooks of a test runner: node:test says `before` and `after`, vitest and jest `beforeAll` and `afterAll`. */
export interface RunnerHooks {
  readonly before?: (fn: () => Promise<void>) => unknown
  readonly after?: (fn: () => Promise<void>) => unknown
  readonly beforeAll?: (fn: () => Promise<void>) => unknown
  readonly afterAll?: (fn: () => Promise<void>) => unknown
  readonly beforeEach?: (fn: () => Promise<void>) => unknown
  readonly afterEach?: (fn: () => Promise<void>) => unknown
}

/** Gives the broker while a test runs. Throws an Error before that. */
export type BrokerUse = () => EmbeddedBroker

/** What a test broker has unless told otherwise: everything a test may ask for. */
export const TEST_DEFAULTS: EmbedOptions = { port: 0, faults: true }

/** Starts a broker for one test, which ends with it. */
export async function withBroker(scope: TestScope, options: EmbedOptions = {}): Promise<EmbeddedBroker> {
  const broker = await startBroker({ ...TEST_DEFAULTS, ...options })
  const stop = (): Promise<void> => broker.stop()
  if ('after' in scope) scope.after(stop)
  else scope.onTestFinished(stop)
  return broker
}

/**
 * One broker for the tests of a file, with the runner's hooks. Between tests it goes back to what it was at the start:
 * no queues, nothing published, no faults; connections of the program under test stay. Give no `beforeEach` to keep
 * what is there.
 */
export function perFile(hooks: RunnerHooks, options: EmbedOptions = {}): BrokerUse {
  let broker: EmbeddedBroker | undefined
  hookNamed(
    hooks,
    'before',
    'beforeAll',
  )(async () => {
    broker = await startBroker({ ...TEST_DEFAULTS, ...options })
  })
  hooks.beforeEach?.(async () => broker?.reset())
  hookNamed(
    hooks,
    'after',
    'afterAll',
  )(async () => {
    await broker?.stop()
    broker = undefined
  })
  return () => running(broker)
}

/** A new broker for every test of a file, with the runner's hooks. */
export function perTest(hooks: RunnerHooks, options: EmbedOptions = {}): BrokerUse {
  let broker: EmbeddedBroker | undefined
  hookNamed(
    hooks,
    'beforeEach',
  )(async () => {
    broker = await startBroker({ ...TEST_DEFAULTS, ...options })
  })
  hookNamed(
    hooks,
    'afterEach',
  )(async () => {
    await broker?.stop()
    broker = undefined
  })
  return () => running(broker)
}

function hookNamed(
  hooks: RunnerHooks,
  ...names: (keyof RunnerHooks)[]
): (fn: () => Promise<void>) => unknown {
  for (const name of names) {
    const hook = hooks[name]
    if (hook !== undefined) return hook
  }
  throw new TypeError(`the hook ${names.join(' or ')} of the test runner is needed`)
}

function running(broker: EmbeddedBroker | undefined): EmbeddedBroker {
  if (broker === undefined) throw new Error('the broker runs while a test does: ask for it within one')
  return broker
}
