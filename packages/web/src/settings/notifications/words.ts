import type { Delivery, Notification } from './queries.ts'

/** The possible events of a notification, in words. */
export const eventWords = [
  ['broke', 'A branch breaks'],
  ['fixed', 'A broken branch passes again'],
  ['finished', 'Every build that ends'],
  ['approval', 'A build of a fork waits for approval'],
  ['flaky', 'Tests are proved flaky'],
] as const

const short: Readonly<Record<string, string>> = {
  broke: 'broken branches',
  fixed: 'fixed branches',
  finished: 'ended builds',
  approval: 'approvals',
  flaky: 'flaky tests',
}

/**
 * Describes events and branches: `broken branches, fixed branches; of main`. An unknown event keeps
 * its name.
 */
export function eventsOf({ events, branches }: Pick<Notification, 'events' | 'branches'>): string {
  const names = events.map((event) => short[event] ?? event)
  return branches == null ? names.join(', ') : `${names.join(', ')}; of ${branches.join(', ')}`
}

export const kindWords: Readonly<Record<string, string>> = { webhook: 'Webhook', slack: 'Slack', email: 'Email' }

/** Returns the state of a delivery: `sent`, `waiting`, `abandoned`. */
export function stateOf({ state }: Pick<Delivery, 'state'>): string {
  return state === 'failed' ? 'abandoned' : state
}
