const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

export type Variables =
  | { readonly env: Readonly<Record<string, string>>; readonly problem: null }
  | { readonly env: null; readonly problem: string }

/** Reads `NAME=value` lines as they stand in an `.env` file: empty lines and those that begin with `#` say nothing, the last of a name counts. */
export function readVariables(text: string): Variables {
  const env: Record<string, string> = Object.create(null)
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const given = line.trim()
    if (given === '' || given.startsWith('#')) continue
    const equals = given.indexOf('=')
    const name = (equals === -1 ? given : given.slice(0, equals)).trim()
    if (equals === -1) return { env: null, problem: `Line ${index + 1} has no “=”: write NAME=value` }
    if (!variableName.test(name))
      return {
        env: null,
        problem: `Line ${index + 1}: a name has letters, digits and underscores, and does not begin with a digit`,
      }
    env[name] = given.slice(equals + 1)
  }
  return { env: { ...env }, problem: null }
}
