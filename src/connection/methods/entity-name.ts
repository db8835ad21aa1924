/** Names of queues and exchanges lose carriage returns and line feeds when they are declared, deleted or bound. */
export function entityName(name: string): string {
  return /[\r\n]/.test(name) ? name.replace(/[\r\n]/g, '') : name
}
