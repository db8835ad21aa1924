import { Settlement } from '../shard-port.js'
import type { QueueSettings } from './settings.js'

/** True for returns that count as failed deliveries of a quorum queue (RabbitMQ 4.3). */
export function countsAsFailure(outcome: Settlement): boolean {
  return outcome === Settlement.REQUEUE_FAILED || outcome === Settlement.RETURN
}

/**
 * How long a returned message of a quorum queue waits before it is ready again, in ms; 0 is not at all:
 * `min(min * max(1, deliveryCount), max)`, for the kinds of return that `x-delayed-retry-type` names.
 */
export function retryDelayMs(settings: QueueSettings, failed: boolean, deliveryCount: number): number {
  const { delayedRetryType: type, delayedRetryMinMs: min } = settings
  if (min === undefined || type === 'disabled') return 0
  if (type === 'failed' && !failed) return 0
  if (type === 'returned' && failed) return 0
  const max = settings.delayedRetryMaxMs ?? min
  return Math.min(min * Math.max(1, deliveryCount), max)
}
