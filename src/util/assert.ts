/** Our own reasoning failed: stops before bad state spreads. Never used for input of a peer or an operator. */
export function assert(condition: unknown, message = 'assertion failed'): asserts condition {
  if (!condition) throw new Error(message)
}
