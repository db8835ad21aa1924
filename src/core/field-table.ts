/** Field tables, for folders that leave the wire alone: arguments and headers as values with their types. */
export {
  type FieldTable,
  type FieldValue,
  fromPlain,
  type PlainValue,
  type ReadonlyFieldTable,
  tableFromPlain,
  tableToPlain,
  toPlain,
} from '../protocol/amqp091/field-table.js'
