import type { ReadonlyFieldTable } from '../../protocol/amqp091/field-table.js'
import { type BasicProperties, decodeProperties } from '../../protocol/amqp091/properties.js'
import { MessageView } from '../message.js'

const NO_PROPERTIES: BasicProperties = {}
const NO_HEADERS: ReadonlyFieldTable = new Map()

/** The message that is being routed. Its properties are decoded once, when the first matcher asks for them. */
export class RoutedMessage {
  private view: MessageView = new MessageView()
  private decoded: BasicProperties | undefined

  reset(view: MessageView): void {
    this.view = view
    this.decoded = undefined
  }

  get properties(): BasicProperties {
    if (this.decoded === undefined) this.decoded = this.decode()
    return this.decoded
  }

  get headers(): ReadonlyFieldTable {
    return this.properties.headers ?? NO_HEADERS
  }

  private decode(): BasicProperties {
    const { buffer, propertiesStart, propertiesEnd } = this.view
    if (propertiesEnd - propertiesStart < 2) return NO_PROPERTIES
    return decodeProperties(buffer, propertiesStart, propertiesEnd)
  }
}
