import { parentPort, workerData } from 'node:worker_threads'
import { ThreadLoad } from './load.js'
import type { Answer, Step, ThreadTask } from './worker-load.js'

// The entry of a thread: takes steps from the main thread and says when each is done.
const port = parentPort
if (port === null) throw new Error('load-worker is run in a thread')
const { specs, memory, thread } = workerData as ThreadTask
const say = (answer: Answer): void => port.postMessage(answer)
const load = new ThreadLoad(specs, memory, thread, (error) => say({ kind: 'failed', error }))

port.on('message', async (step: Step) => {
  try {
    await load[step]()
    say({ kind: 'done', step })
  } catch (error) {
    say({ kind: 'refused', step, error: error as Error })
  }
})
