import type { EmbedOptions } from '../embedding/embed-options.js'
import type { EmbeddedBroker } from '../embedding/embedded-broker.js'
import { startBroker } from '../embedding/start-broker.js'
import { TEST_DEFAULTS } from './lifecycle.js'

/** Options of a fixture. */
export interface FixtureOptions extends EmbedOptions {
  /** A broker for each test, or one for all tests of a file. Default 'test'. */
  readonly scope?: 'test' | 'file'
}

type Start = (context: object, use: (broker: EmbeddedBroker) => Promise<void>) => Promise<void>

/** What vitest's `test.extend` takes. */
export interface BrokerFixture {
  broker: [Start, { readonly scope: 'test' | 'file' }]
}

/**
 * A fixture for vitest: `const test = base.extend(brokerFixture({ clock: 'virtual' }))` gives every test that asks for
 * `{ broker }` one, and stops it afterwards.
 */
export function brokerFixture({ scope = 'test', ...options }: FixtureOptions = {}): BrokerFixture {
  // Vitest reads from the text of the function which other fixtures it needs: none.
  // biome-ignore lint/correctness/noEmptyPattern: an empty pattern is how that is said.
  const start: Start = async ({}, use) => {
    const broker = await startBroker({ ...TEST_DEFAULTS, ...options })
    try {
      await use(broker)
    } finally {
      await broker.stop()
    }
  }
  return { broker: [start, { scope }] }
}
