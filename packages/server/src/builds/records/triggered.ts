import type { BuildRow } from './store.ts'

/** Whether a trigger made the build, or the one that it repeats: then it may be repeated where no build can be started by hand. */
export function isTriggered({ event }: Pick<BuildRow, 'event'>): boolean {
  return event !== 'manual' && event !== 'api'
}
