/** A header or a key of TOML that can be parsed alone. Excludes lines inside multi-line strings. */
interface TomlLine {
  /** The line's index, from 0. */
  readonly index: number
  /** The table that contains the line, or that a header begins; empty at the top. */
  readonly table: string
  /** The key without quotes; undefined for a header. */
  readonly key: string | undefined
}

/** Returns the headers and keys in order. */
export function tomlLines(text: string): TomlLine[] {
  const found: TomlLine[] = []
  let table = ''
  let quote: string | undefined
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (quote === undefined) {
      const header = /^\s*\[\s*([A-Za-z0-9_."'\s-]+?)\s*\]\s*(#.*)?$/.exec(line)?.[1]
      const key = /^\s*([A-Za-z0-9_."'\s-]+?)\s*=/.exec(line)?.[1]
      if (header !== undefined) {
        table = bare(header)
        found.push({ index, table, key: undefined })
      } else if (key !== undefined) found.push({ index, table, key: bare(key) })
    }
    for (const [mark] of line.matchAll(/"""|'''/g))
      quote = quote === undefined ? mark : quote === mark ? undefined : quote
  }
  return found
}

function bare(key: string): string {
  return key
    .split('.')
    .map((part) => part.trim().replace(/^(["'])(.*)\1$/, '$2'))
    .join('.')
}

/** Returns the full path of a key. */
export function pathOf({ table, key }: TomlLine): string {
  return key === undefined ? table : table === '' ? key : `${table}.${key}`
}

/** Returns the line, from 1, that contains `a.b` or its inline table. */
export function lineOf(text: string, path: string): number | undefined {
  const keys = tomlLines(text).filter(({ key }) => key !== undefined)
  const line =
    keys.find((entry) => pathOf(entry) === path) ?? keys.findLast((entry) => path.startsWith(`${pathOf(entry)}.`))
  return line === undefined ? undefined : line.index + 1
}
