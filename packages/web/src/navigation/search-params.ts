/** Search parameters are from outside: whatever is not as expected is as if it were absent. */

type Given = Readonly<Record<string, unknown>>

/** A text, or nothing. The router reads `?q=60` as a number: it is given back as the text that it was. */
export function textParam(given: Given, name: string): string | undefined {
  const value = given[name]
  if (typeof value === 'string' && value !== '') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** A whole number from 1 on, or nothing. */
export function countParam(given: Given, name: string): number | undefined {
  const value = Number(given[name])
  return Number.isSafeInteger(value) && value >= 1 ? value : undefined
}

/** One of a closed list, or nothing. */
export function choiceParam<Choice extends string>(
  given: Given,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  return choices.find((choice) => choice === given[name])
}

/** A switch: `1` or `true`. */
export function flagParam(given: Given, name: string): true | undefined {
  return given[name] === true || given[name] === 'true' || given[name] === 1 || given[name] === '1' ? true : undefined
}

/** The members that are there: absent ones are left out of the address. */
export function present<Params extends Given>(
  params: Params,
): { [Name in keyof Params]?: Exclude<Params[Name], undefined> } {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)) as never
}
