import type { TestContext } from 'node:test'

type Cleaning = () => void | Promise<void>

const stacks = new WeakMap<TestContext, Cleaning[]>()

/**
 * Runs `cleaning` when the test is over, last registered first, so that clients close before the broker they use.
 * (`t.after` alone runs in the order of registration.) The first failure is thrown after all have run.
 */
export function cleanUp(t: TestContext, cleaning: Cleaning): void {
  const known = stacks.get(t)
  if (known !== undefined) {
    known.push(cleaning)
    return
  }
  const stack = [cleaning]
  stacks.set(t, stack)
  t.after(() => unwind(stack))
}

async function unwind(stack: Cleaning[]): Promise<void> {
  const failures: unknown[] = []
  for (let cleaning = stack.pop(); cleaning !== undefined; cleaning = stack.pop()) {
    try {
      await cleaning()
    } catch (failure) {
      failures.push(failure)
    }
  }
  if (failures.length > 0) throw failures[0]
}
