/** The widest help: longer lines are hard to read. */
export const helpWidth = 80

/** Breaks text at spaces so that no line is longer than the width, where words allow it. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** Two columns, indented by two; a name too long for the first gets a line of its own. */
export function twoColumns(
  rows: readonly (readonly [name: string, text: string])[],
  { width, limit = Math.min(26, Math.floor(width / 3)) }: { readonly width: number; readonly limit?: number },
): string[] {
  const first = Math.max(...rows.map(([name]) => name.length).filter((length) => length <= limit), 8)
  const indent = ' '.repeat(first + 4)
  return rows.flatMap(([name, text]) => {
    const [head = '', ...tail] = wrap(text, width - indent.length)
    const folded = tail.map((line) => indent + line)
    return name.length > first
      ? [`  ${name}`, indent + head, ...folded]
      : [`  ${name.padEnd(first)}  ${head}`, ...folded]
  })
}
