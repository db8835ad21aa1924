import { labelsOf } from './table.js'

interface Sum {
  count: number
  seconds: number
  octets: number
}

/** One scrape that is being answered. */
export interface Scrape {
  add(part: string): void
  /** Ends it; returns the text about scrapes that belongs at the end of the answer. */
  end(): string
}

/** How long scrapes took and how large they were: `telemetry_scrape_*`, of those before the one that shows it. */
export class ScrapeMeter {
  readonly #sums = new Map<string, Sum>()

  begin(registry: string): Scrape {
    const startedAt = performance.now()
    let octets = 0
    return {
      add: (part) => {
        octets += part.length
      },
      end: () => {
        const text = this.#text()
        const sum = this.#sums.get(registry) ?? { count: 0, seconds: 0, octets: 0 }
        this.#sums.set(registry, sum)
        sum.count += 1
        sum.seconds += (performance.now() - startedAt) / 1000
        sum.octets += octets
        return text
      },
    }
  }

  #text(): string {
    return (
      this.#summary('telemetry_scrape_duration_seconds', 'Scrape duration', ({ seconds }) => seconds) +
      this.#summary('telemetry_scrape_size_bytes', 'Scrape size, uncompressed', ({ octets }) => octets)
    )
  }

  #summary(name: string, help: string, amountOf: (sum: Sum) => number): string {
    let text = `# HELP ${name} ${help}\n# TYPE ${name} summary\n`
    for (const [registry, sum] of this.#sums) {
      const labels = labelsOf({ registry, content_type: 'text/plain; version=0.0.4' })
      text += `${name}_count${labels} ${sum.count}\n${name}_sum${labels} ${amountOf(sum)}\n`
    }
    return text
  }
}
