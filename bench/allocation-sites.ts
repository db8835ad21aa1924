import { type HeapProfiler, Session } from 'node:inspector'

/** Octets between two samples, on average. */
const SAMPLING_BYTES = 4096
const SITES_SHOWN = 15

/** Finds out which functions allocate, collected objects included. */
export class AllocationSites {
  private readonly session = new Session()

  constructor() {
    this.session.connect()
    this.session.post('HeapProfiler.startSampling', {
      samplingInterval: SAMPLING_BYTES,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    } as HeapProfiler.StartSamplingParameterType)
  }

  /** Lines of `octets share function place`, most first. */
  stop(): string[] {
    const bySite = new Map<string, number>()
    this.session.post('HeapProfiler.stopSampling', (error, result) => {
      if (error === null) count(result.profile.head, bySite)
    })
    this.session.disconnect()
    const total = [...bySite.values()].reduce((sum, each) => sum + each, 0)
    return [...bySite]
      .sort(([, a], [, b]) => b - a)
      .slice(0, SITES_SHOWN)
      .map(
        ([site, bytes]) =>
          `${String(bytes).padStart(12)}  ${((bytes / total) * 100).toFixed(1).padStart(5)} %  ${site}`,
      )
  }
}

function count(node: HeapProfiler.SamplingHeapProfileNode, bySite: Map<string, number>): void {
  const { functionName, url, lineNumber } = node.callFrame
  const site = `${functionName || '(anonymous)'} ${url.replace(/^.*\/dist\//, '')}:${lineNumber + 1}`
  if (node.selfSize > 0) bySite.set(site, (bySite.get(site) ?? 0) + node.selfSize)
  for (const child of node.children) count(child, bySite)
}
