/** A line of TOML, as far as it can be parsed alone. Lines inside of long strings are left out. */
interface TomlLine {
  /** The index, from 0. */
  readonly index: number
  /** The table that it belongs to (of a header: that it begins); empty at the top. */
  readonly table: string
  /** The key without quotes; undefined for a header. */
  readonly key: string | undefined
}

/** Headers and keys in their order. */
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

/** The whole path of a key. */
export function pathOf({ table, key }: TomlLine): string {
  return key === undefined ? table : table === '' ? key : `${table}.${key}`
}

/** The line, from 1, where `a.b`, or the inline table that holds it, is written. */
export function lineOf(text: string, path: string): number | undefined {
  const keys = tomlLines(text).filter(({ key }) => key !== undefined)
  const line =
    keys.find((entry) => pathOf(entry) === path) ?? keys.findLast((entry) => path.startsWith(`${pathOf(entry)}.`))
  return line === undefined ? undefined : line.index + 1
}
