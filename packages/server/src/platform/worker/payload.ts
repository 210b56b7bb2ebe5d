/**
 * A text of a task's payload. Fails when it is not there: the task was queued by another version.
 */
export function readText(payload: unknown, name: string): string {
  const value = memberOf(payload, name)
  if (typeof value === 'string') return value
  throw new Error(`expected a payload with \`${name}\``)
}

/** Returns whether a task's payload says so; one that does not mention it does not. */
export function readFlag(payload: unknown, name: string): boolean {
  return memberOf(payload, name) === true
}

function memberOf(payload: unknown, name: string): unknown {
  return typeof payload === 'object' && payload !== null ? Reflect.get(payload, name) : undefined
}
