/**
 * Returns the members that a form must send: those that differ. Untouched settings are not sent,
 * because somebody else may have changed them since they were read.
 */
export function changedMembers<Body extends object>(before: Body, after: Body): Partial<Body> {
  const names = Object.keys(after) as (keyof Body)[]
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
  return Object.fromEntries(changed.map((name) => [name, after[name]])) as Partial<Body>
}
