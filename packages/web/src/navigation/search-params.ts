/** Parsers of search parameters. Any unexpected value counts as absent. */

type Given = Readonly<Record<string, unknown>>

/**
 * Returns a text or undefined. The router parses `?q=60` as a number, which is converted back to
 * text.
 */
export function textParam(given: Given, name: string): string | undefined {
  const value = given[name]
  if (typeof value === 'string' && value !== '') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** Returns a positive integer, or undefined. */
export function countParam(given: Given, name: string): number | undefined {
  const value = Number(given[name])
  return Number.isSafeInteger(value) && value >= 1 ? value : undefined
}

/** Returns one of the choices, or undefined. */
export function choiceParam<Choice extends string>(
  given: Given,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  return choices.find((choice) => choice === given[name])
}

/** Returns true for `1` or `true`. */
export function flagParam(given: Given, name: string): true | undefined {
  return given[name] === true || given[name] === 'true' || given[name] === 1 || given[name] === '1' ? true : undefined
}

/** Removes absent members, so that the address omits them. */
export function present<Params extends Given>(
  params: Params,
): { [Name in keyof Params]?: Exclude<Params[Name], undefined> } {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)) as never
}

/** Returns a parser of search parameters that are all texts. */
export function textSearch<Name extends string>(...names: readonly Name[]) {
  return (given: Given): { [Param in Name]?: string } =>
    present(Object.fromEntries(names.map((name) => [name, textParam(given, name)]))) as never
}
