export { assertDepth, assertIdle, assertMessages, assertPublished, assertUnpublished } from './assertions.js'
export type { MessageMatch } from './checks.js'
export {
  type BrokerUse,
  perFile,
  perTest,
  type RunnerHooks,
  type TestScope,
  withBroker,
} from './lifecycle.js'
export { type BrokerMatchers, brokerMatchers } from './matchers.js'
export { type BrokerFixture, brokerFixture, type FixtureOptions } from './vitest-fixture.js'
