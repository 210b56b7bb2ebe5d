/** A text of a task's payload. Fails when it is not there: the task was queued by another version. */
export function readText(payload: unknown, name: string): string {
  const value = typeof payload === 'object' && payload !== null ? Reflect.get(payload, name) : undefined
  if (typeof value === 'string') return value
  throw new Error(`expected a payload with \`${name}\``)
}
