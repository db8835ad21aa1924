/** A table with borders of box drawing characters. */
export function prettyTable(
  header: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
): string {
  const all = header === undefined ? rows : [header, ...rows]
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))))
  const rule = (left: string, middle: string, right: string) =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(middle)}${right}\n`
  const line = (row: readonly string[]) =>
    `│${row.map((cell, column) => ` ${cell}${' '.repeat(widths[column]! - widthOf(cell))} `).join('│')}│\n`
  return rule('┌', '┬', '┐') + all.map(line).join(rule('├', '┼', '┤')) + rule('└', '┴', '┘')
}

function widthOf(text: string): number {
  return [...text].length
}
