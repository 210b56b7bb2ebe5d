/** Matches an import statement at the beginning of a line, with a list of names. */
const namedImport = /^import\s*(?:[\w$]+\s*,\s*)?\{([^{}'"`]*)\}\s*from\s*['"][^'"\n]+['"]/gm

/**
 * Removes unused imported names from a program and keeps everything else in place. In TypeScript
 * these are mostly types: files written for a bundler import types without marking them, because
 * the bundler drops them.
 */
export function withoutUnusedImports(program: string): string {
  return program.replace(namedImport, (statement, list: string) => {
    const from = statement.indexOf('{') + 1
    const kept = list.replace(/[^,]+,?/g, (entry) => {
      const name = /(?:\bas\s+)?([\w$]+)\s*,?\s*$/.exec(entry)?.[1]
      return name === undefined || isUsed(name, program) ? entry : entry.replace(/[^\n]/g, ' ')
    })
    return statement.slice(0, from) + kept + statement.slice(from + list.length)
  })
}

/**
 * Returns whether the name appears outside its import. An appearance in a string or comment counts
 * too, which at worst keeps an unneeded import.
 */
function isUsed(name: string, program: string): boolean {
  const escaped = name.replaceAll('$', '\\$')
  const uses = program.matchAll(new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, 'g'))
  let outside = 0
  for (const _ of uses) outside += 1
  return outside > 1
}
