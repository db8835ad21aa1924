import { PatternMatcher } from './pattern/pattern-matcher.js'
import { patternFault } from './permission-pattern.js'

/** What passwords that are set must be like, as `credential_validator.*` has it. */
export type PasswordRuleOptions =
  | { readonly kind: 'everything' }
  /** Length in characters. */
  | { readonly kind: 'min-length'; readonly minLength: number }
  /** Searched for in the password, as patterns of permissions are. */
  | { readonly kind: 'regexp'; readonly regexp: string }

/** Says why a password will not do, in RabbitMQ's words; undefined when it will. */
export type PasswordRule = (password: string) => string | undefined

/** Throws when the pattern cannot be compiled. */
export function passwordRule(options: PasswordRuleOptions): PasswordRule {
  switch (options.kind) {
    case 'everything':
      return () => undefined
    case 'min-length': {
      const { minLength } = options
      const refusal = `minimum required password length: ${minLength}`
      return (password) => ([...password].length < minLength ? refusal : undefined)
    }
    case 'regexp': {
      const fault = patternFault(options.regexp)
      if (fault !== undefined)
        throw new Error(`credential_validator.regexp cannot be compiled: ${fault.reason}`)
      const matcher = new PatternMatcher(options.regexp)
      const refusal = 'provided password does not match the validator regular expression'
      return (password) => (matcher.isIn(password) ? undefined : refusal)
    }
  }
}
