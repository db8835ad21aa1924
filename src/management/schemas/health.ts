import { INTEGER, listOf, named, objectOf, oneOf, TEXT, TEXTS } from './basics.js'

export const HEALTHY = named(
  'Healthy',
  objectOf({ status: oneOf('ok') }, { reason: TEXT, port: INTEGER, protocols: TEXTS }),
)

const EXPIRED = objectOf({
  node: TEXT,
  protocol: TEXT,
  interface: TEXT,
  port: INTEGER,
  certfile: TEXT,
  cacertfile: TEXT,
  certfile_expires_on: TEXTS,
  cacertfile_expires_on: TEXTS,
})

/** What is not well; beside the reason each check has members of its own. */
export const UNHEALTHY = named(
  'Unhealthy',
  objectOf(
    { status: oneOf('failed'), reason: TEXT },
    {
      reasons: TEXTS,
      alarms: listOf(objectOf({ node: TEXT, resource: TEXT })),
      // The port, or the protocols.
      missing: { oneOf: [INTEGER, TEXTS] },
      ports: listOf(INTEGER),
      protocols: TEXTS,
      expired: listOf(EXPIRED),
    },
  ),
)
