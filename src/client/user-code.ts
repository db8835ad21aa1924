/**
 * Calls a callback or listener of the program that uses the client. What it throws is the program's own failure: it is
 * thrown again outside (an uncaught exception) instead of being taken for a failure of the connection.
 */
export function callUserCode(call: () => void): void {
  try {
    call()
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
  }
}
