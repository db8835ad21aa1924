import { localMemoryPort } from '../support/local-memory-port.js'
import { shardPortContract } from './shard-port.js'

shardPortContract('a local shard over a memory log', localMemoryPort)
