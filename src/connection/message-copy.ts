import { MessageView } from '../core/message.js'

/** A message of its own: what `view` shows, copied into one buffer. Optionally with other properties. */
export function copyMessage(view: MessageView, properties?: Buffer): MessageView {
  const source = view.buffer
  const routingOctets = view.routingEnd - view.routingStart
  const propertyOctets = properties?.length ?? view.propertiesEnd - view.propertiesStart
  const copy = new MessageView()
  const buffer = Buffer.allocUnsafe(routingOctets + propertyOctets + view.bodySizeBytes)
  source.copy(buffer, 0, view.routingStart, view.routingEnd)
  if (properties === undefined) source.copy(buffer, routingOctets, view.propertiesStart, view.propertiesEnd)
  else properties.copy(buffer, routingOctets)
  source.copy(buffer, routingOctets + propertyOctets, view.bodyStart, view.bodyEnd)
  copy.buffer = buffer
  copy.routingStart = 0
  copy.routingEnd = routingOctets
  copy.propertiesStart = routingOctets
  copy.propertiesEnd = routingOctets + propertyOctets
  copy.bodyStart = copy.propertiesEnd
  copy.bodyEnd = buffer.length
  copy.persistent = view.persistent
  copy.priority = view.priority
  copy.expirationMs = view.expirationMs
  copy.hasBcc = view.hasBcc
  copy.hasDeaths = view.hasDeaths
  return copy
}
