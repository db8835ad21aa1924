/** A setting that cannot be used. The message names what, where, what was expected and what was found. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
