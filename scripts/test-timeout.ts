import { createRequire, syncBuiltinESMExports } from 'node:module'

// Loaded before every test file. Node 20 and 22 apply --test-timeout to a whole file, so the limit of a single test is
// set here: tests that name no timeout of their own get this one.
const TEST_TIMEOUT_MS = Number(process.env.LEVERET_TEST_TIMEOUT_MS ?? 60_000)

type Declare = (...args: unknown[]) => unknown
const nodeTest = createRequire(import.meta.url)('node:test') as Record<string, Declare>

for (const name of ['test', 'it']) {
  const declare = nodeTest[name]!
  const limited: Declare = (...args) => declare(...withTimeout(args))
  nodeTest[name] = Object.assign(limited, declare)
}
syncBuiltinESMExports()

/** The arguments of `test([name][, options][, fn])` with a timeout among the options. */
function withTimeout(args: readonly unknown[]): unknown[] {
  const name = args.find((each) => typeof each === 'string')
  const options = args.find((each) => typeof each === 'object' && each !== null)
  const body = args.find((each) => typeof each === 'function')
  return [...(name === undefined ? [] : [name]), { timeout: TEST_TIMEOUT_MS, ...options }, body]
}
