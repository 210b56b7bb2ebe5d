import type { Trigger } from './trigger.ts'

/** A trigger as `parseTriggers` reads it, without what it did not read. */
export function triggerJson(trigger: Trigger): Readonly<Record<string, unknown>> {
  if (trigger.event === 'schedule') return { ...trigger }
  const { event, paths, pathsIgnore } = trigger
  const filters = { ...(paths && { paths }), ...(pathsIgnore && { paths_ignore: pathsIgnore }) }
  if (event === 'push') return { event, [trigger.on]: trigger.refs, ...filters }
  return { event, types: trigger.types, ...(trigger.branches && { branches: trigger.branches }), ...filters }
}
