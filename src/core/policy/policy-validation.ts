import { binaryTerm, parameterTerm } from '../erlang-text.js'
import { BrokerError } from '../errors.js'
import { isParameterObject, type ParameterObject, type ParameterValue } from './parameter-value.js'
import {
  APPLY_TO,
  type ApplyTo,
  type NamePattern,
  type PatternCompiler,
  type Policy,
  type PolicyDefinition,
} from './policy.js'
import type { PolicyKeys } from './policy-keys.js'

/** A policy as it comes from outside: shapes of JSON, nothing checked. */
export interface PolicyRequest {
  readonly name: string
  readonly pattern: ParameterValue
  readonly definition: ParameterValue
  /** Default 0. */
  readonly priority?: ParameterValue | undefined
  /** Default `all`. */
  readonly applyTo?: ParameterValue | undefined
}

/**
 * Checks policies. Every refusal is a PRECONDITION_FAILED whose explanation is the reason that the HTTP API gives:
 * `Validation failed`, an empty line, and a line for each thing that is wrong.
 */
export class PolicyValidator {
  private readonly keys: PolicyKeys
  private readonly compile: PatternCompiler

  constructor(keys: PolicyKeys, compile: PatternCompiler) {
    this.keys = keys
    this.compile = compile
  }

  /** `operator` allows only the keys that operator policies may have. */
  check(request: PolicyRequest, operator: boolean): Policy {
    const priority = request.priority ?? 0
    const applyTo = request.applyTo ?? 'all'
    const complaints = [
      this.definitionComplaint(request.name, request.definition, operator),
      applyToComplaint(applyTo),
      this.patternComplaint(request.pattern),
      typeof priority === 'number'
        ? undefined
        : `priority should be a number, actually was ${parameterTerm(priority)}`,
    ].filter((complaint) => complaint !== undefined)
    if (complaints.length > 0) throw validationFailed(complaints.join('\n'))
    return this.compiled({
      name: request.name,
      pattern: request.pattern as string,
      definition: request.definition as ParameterObject,
      priority: priority as number,
      applyTo: applyTo as ApplyTo,
    })
  }

  /** A policy that was checked before. */
  compiled(definition: PolicyDefinition): Policy {
    const pattern: NamePattern = this.compile(definition.pattern)
    return { ...definition, matches: (name) => pattern.matches(name) }
  }

  private definitionComplaint(
    name: string,
    definition: ParameterValue,
    operator: boolean,
  ): string | undefined {
    if (!isParameterObject(definition)) {
      if (Array.isArray(definition) && definition.length === 0) return 'no policy provided'
      return `parse error while reading policy ${name}: ${parameterTerm(definition)}.`
    }
    // Maps of a few keys are sorted in Erlang, and with them the complaints.
    const entries = Object.entries(definition).sort(([a], [b]) => (a < b ? -1 : 1))
    if (entries.length === 0) return 'no policy provided'
    const unknown: string[] = []
    for (const [name, value] of entries) {
      const key = this.keys.get(name)
      if (key === undefined || (operator && key.merge === undefined)) {
        unknown.push(`{${binaryTerm(name)},${parameterTerm(value)}}`)
      } else if (!key.isValid(value)) {
        return `${parameterTerm(value)} ${key.complaint}`
      }
    }
    if (unknown.length > 0) return `[${unknown.join(',')}] are not recognised policy settings`
    return delayedRetryComplaint(definition)
  }

  private patternComplaint(pattern: ParameterValue): string | undefined {
    if (typeof pattern !== 'string')
      return `pattern should be a binary, actually was ${parameterTerm(pattern)}`
    try {
      this.compile(pattern)
      return undefined
    } catch (error) {
      if (!(error instanceof Error)) throw error
      return `pattern should be regular expression but is invalid: ${patternTerm(error)}`
    }
  }
}

function applyToComplaint(applyTo: ParameterValue): string | undefined {
  if ((APPLY_TO as readonly ParameterValue[]).includes(applyTo)) return undefined
  const shown = typeof applyTo === 'string' ? applyTo : parameterTerm(applyTo)
  return `apply-to '${shown}' unrecognised; should be one of: 'queues', 'classic_queues',  'quorum_queues', 'streams', 'exchanges', or 'all'`
}

function delayedRetryComplaint(definition: ParameterObject): string | undefined {
  const min = definition['delayed-retry-min']
  const max = definition['delayed-retry-max']
  if (typeof min === 'number' && typeof max === 'number' && max < min) {
    return `${max} is not a valid delayed retry maximum`
  }
  return undefined
}

/** The reason and the place, broken over two lines where RabbitMQ's printer breaks them. */
function patternTerm(error: Error): string {
  const offset = 'offset' in error && typeof error.offset === 'number' ? error.offset : 0
  const reason = error.message.replace(/ at offset \d+$/, '')
  const column = 'pattern should be regular expression but is invalid: {'.length
  return `{"${reason}",\n${' '.repeat(column)}${offset}}`
}

export function validationFailed(complaint: string): BrokerError {
  return new BrokerError('PRECONDITION_FAILED', `Validation failed\n\n${complaint}\n`)
}
