import { Worker } from 'node:worker_threads'
import type { Load } from './load.js'
import type { RoleSpec } from './roles.js'

/** What a thread is given to do. */
export interface ThreadTask {
  readonly specs: readonly RoleSpec[]
  readonly memory: SharedArrayBuffer
  readonly thread: number
}

export type Step = keyof Load

/** What a thread says. Errors keep their message, not their class. */
export type Answer =
  | { readonly kind: 'done'; readonly step: Step }
  | { readonly kind: 'refused'; readonly step: Step; readonly error: Error }
  | { readonly kind: 'failed'; readonly error: Error }

interface Waiting {
  readonly step: Step
  resolve(): void
  reject(error: Error): void
}

/** Publishers and consumers in a thread of their own. */
export class WorkerLoad implements Load {
  private readonly worker: Worker
  private readonly onFailure: (error: Error) => void
  private waiting: Waiting | undefined

  constructor(task: ThreadTask, onFailure: (error: Error) => void) {
    this.onFailure = onFailure
    this.worker = new Worker(new URL('./load-worker.js', import.meta.url), { workerData: task })
    this.worker.on('message', (answer: Answer) => this.answered(answer))
    this.worker.on('error', (error) => this.failed(error))
  }

  open(): Promise<void> {
    return this.take('open')
  }
  startPublishing(): Promise<void> {
    return this.take('startPublishing')
  }
  stopPublishing(): Promise<void> {
    return this.take('stopPublishing')
  }
  stopConsuming(): Promise<void> {
    return this.take('stopConsuming')
  }
  async destroy(): Promise<void> {
    await this.worker.terminate()
  }

  private take(step: Step): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting = { step, resolve, reject }
      this.worker.postMessage(step)
    })
  }

  private answered(answer: Answer): void {
    if (answer.kind === 'failed') {
      this.onFailure(answer.error)
      return
    }
    const waiting = this.waiting
    if (waiting?.step !== answer.step) return
    this.waiting = undefined
    if (answer.kind === 'done') waiting.resolve()
    else waiting.reject(answer.error)
  }

  /** The thread itself has ended with an error. */
  private failed(error: Error): void {
    this.waiting?.reject(error)
    this.waiting = undefined
    this.onFailure(error)
  }
}
