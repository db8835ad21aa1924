/**
 * `node dist/bench/micro.js [--ms MS] [--only TEXT]`: nanoseconds per message of each stage of a message's way, in this
 * process and without sockets. See bench/README.md.
 */
import { parseArgs } from 'node:util'
import { keepResult, machineFacts, stamp } from './machine.js'
import { indexingStages } from './micro/indexing.js'
import { loggingStages } from './micro/logging.js'
import { parsingStages } from './micro/parsing.js'
import { queueingStages } from './micro/queueing.js'
import { routingStages } from './micro/routing.js'
import { measure, type StageResult, stageText } from './micro/stage.js'

const { values } = parseArgs({
  options: { ms: { type: 'string', default: '1000' }, only: { type: 'string', default: '' } },
})

// A stage makes what it needs when it is listed, so the groups are listed one after another.
const results: StageResult[] = []
for (const stagesOf of [parsingStages, routingStages, indexingStages, queueingStages, loggingStages]) {
  for (const stage of await stagesOf()) {
    if (!stage.name.includes(values.only)) {
      await stage.close?.()
      continue
    }
    results.push(await measure(stage, Number(values.ms)))
  }
}
console.log(stageText(results))
const json = JSON.stringify({ ...machineFacts(), results }, undefined, 2)
console.log(`kept as ${keepResult(`micro-${stamp()}.json`, `${json}\n`)}`)
