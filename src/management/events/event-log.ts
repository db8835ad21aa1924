import type { EventBus } from '../../core/events.js'
import { inCategory } from '../../util/log/output-logger.js'
import type { Logger } from '../../util/logger.js'

const STARS = '*'.repeat(58)

/**
 * Writes to the log what operators do and what runs out, in RabbitMQ's words: runbooks and monitors match on them.
 * Listens as long as the bus is there.
 */
export function logEvents(events: EventBus, logger: Logger, nodeName: string): void {
  const users = inCategory(logger, 'user')
  events.on('vhost.created', ({ name, description, tags }) => {
    logger.info(`Adding vhost '${name}' (description: '${description}', tags: [${tags.join(',')}])`)
  })
  events.on('vhost.deleted', ({ name }) => logger.info(`Deleting vhost '${name}'`))
  events.on('policy.set', ({ name, vhost, pattern, applyTo }) => {
    logger.info(
      `Successfully set policy '${name}' matching ${applyTo} names in virtual host '${vhost}' using pattern '${pattern}'`,
    )
  })
  events.on('user.created', ({ name, tags }) => {
    users.info(`Created user '${name}'`)
    users.info(`Successfully set user tags for user '${name}' to [${tags.join(',')}]`)
  })
  events.on('user.deleted', ({ name }) => users.info(`Deleted user '${name}'`))
  events.on('user.password.changed', ({ name }) => {
    users.info(`Successfully changed password for user '${name}'`)
  })
  events.on('user.tags.set', ({ name, tags }) => {
    users.info(`Successfully set user tags for user '${name}' to [${tags.join(',')}]`)
  })
  events.on('permission.created', ({ name, vhost, configure, write, read }) => {
    users.info(
      `Successfully set permissions for user '${name}' in virtual host '${vhost}' to '${configure}', '${write}', '${read}'`,
    )
  })
  events.on('alarm.set', ({ source }) => {
    logger.warning(
      `${source} resource limit alarm set on node ${nodeName}.\n\n${STARS}\n` +
        `*** Publishers will be blocked until this alarm clears ***\n${STARS}`,
    )
  })
  events.on('alarm.cleared', ({ source }) => {
    logger.warning(`${source} resource limit alarm cleared on node ${nodeName}`)
    logger.warning(`${source} resource limit alarm cleared across the cluster`)
  })
}
