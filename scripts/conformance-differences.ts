/** What the conformance kit writes with --json: identifiers of scenarios. */
export interface KitResult {
  readonly passed: readonly string[]
  readonly failed: readonly string[]
  readonly skipped: readonly string[]
}

/** The kit's result, held against what is listed. */
export interface Comparison {
  /** Failed, and listed: as documented. */
  readonly expected: readonly string[]
  /** Failed, and not listed. */
  readonly unlisted: readonly string[]
  /** Passed, though listed. */
  readonly stale: readonly string[]
}

/** Identifiers of the table rows of docs/differences.md whose first cell is a scenario in backticks. */
export function listedScenarios(markdown: string): ReadonlySet<string> {
  return new Set([...markdown.matchAll(/^\|\s*`([\w-]+\/[\w.-]+)`\s*\|/gm)].map((match) => match[1]!))
}

export function compare(result: KitResult, listed: ReadonlySet<string>): Comparison {
  return {
    expected: result.failed.filter((id) => listed.has(id)),
    unlisted: result.failed.filter((id) => !listed.has(id)),
    stale: result.passed.filter((id) => listed.has(id)),
  }
}
