/**
 * Returns a string of a task's payload. Throws if it is absent, because another version queued the
 * task.
 */
export function readText(payload: unknown, name: string): string {
  const value = memberOf(payload, name)
  if (typeof value === 'string') return value
  throw new Error(`expected a payload with \`${name}\``)
}

/** Returns a flag of a task's payload; false if it is absent. */
export function readFlag(payload: unknown, name: string): boolean {
  return memberOf(payload, name) === true
}

function memberOf(payload: unknown, name: string): unknown {
  return typeof payload === 'object' && payload !== null ? Reflect.get(payload, name) : undefined
}
