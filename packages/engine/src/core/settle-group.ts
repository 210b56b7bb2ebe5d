import type { WhenFull } from '@harmont/ir'
import type { BuildHeader } from './live-build.ts'
import type { Instant } from './model.ts'
import { isBuildTerminal } from './states.ts'

/** An unfinished build of a group. */
export interface GroupMember {
  readonly id: string
  /** Primary order of the builds, before their ids: the instant of creation or latest reopening. */
  readonly turn: Instant
  readonly limit: number
  /** Policy of the build when the group is full. A reopened build always waits. */
  readonly whenFull: WhenFull
  /** Whether the build has no place yet. */
  readonly waits: boolean
  /** Whether the build has a place and is being canceled. */
  readonly isEnding: boolean
}

export interface Settlement {
  /** Builds that get a place now, in order. */
  readonly admit: readonly string[]
  /** Builds that a newer one supersedes. */
  readonly supersede: readonly string[]
}

/**
 * Decides which builds of a group get a place and which are superseded. The lowest limit of its
 * members holds. Places go to waiting builds in their order. A build without a place is superseded
 * by any newer build whose policy asks for that; a running build only by a newer one without a
 * place. Executing a part of the result and deciding again leads to the same final state.
 */
export function settleGroup(members: readonly GroupMember[]): Settlement {
  const limit = Math.min(...members.map((member) => member.limit))
  const holders = members.filter(({ waits }) => !waits)
  const free = Math.max(0, limit - holders.length)
  const supersede = new Set<GroupMember>()
  let waiting = members.filter(({ waits }) => waits).sort(byTurn)
  for (;;) {
    const entering = waiting.slice(0, free)
    const staying = waiting.slice(free)
    const askers = [...staying, ...holders.filter(({ isEnding }) => !isEnding)]
    const newestAsker = newest(askers.filter(({ whenFull }) => whenFull !== 'queue'))
    const newestClaim = newest(staying.filter(({ whenFull }) => whenFull === 'cancel_running'))
    const leaving = staying.length === 0 ? [] : [...before(newestAsker, staying), ...before(newestClaim, entering)]
    for (const member of before(newestClaim, holders)) if (!member.isEnding) supersede.add(member)
    for (const member of leaving) supersede.add(member)
    // A build that leaves the queue makes room for those behind it.
    if (leaving.length === 0) return { admit: ids(entering), supersede: ids(supersede) }
    waiting = waiting.filter((member) => !supersede.has(member))
  }
}

/** Returns the unfinished builds of the group with this key, as its members. */
export function membersOf(headers: readonly BuildHeader[], key: string): readonly GroupMember[] {
  return headers.flatMap(({ id, group, groupTurn, createdAt, held, awaitsPlace, cancelRequested, state }) => {
    if (group?.key !== key || groupTurn === null || held || isBuildTerminal(state)) return []
    const whenFull = groupTurn > createdAt ? 'queue' : group.whenFull
    const { limit } = group
    return [{ id, turn: groupTurn, limit, whenFull, waits: awaitsPlace, isEnding: cancelRequested }]
  })
}

function byTurn(a: GroupMember, b: GroupMember): number {
  return a.turn - b.turn || (a.id < b.id ? -1 : 1)
}

function newest(members: readonly GroupMember[]): GroupMember | undefined {
  return members.toSorted(byTurn).at(-1)
}

function before(limit: GroupMember | undefined, members: readonly GroupMember[]): readonly GroupMember[] {
  return limit === undefined ? [] : members.filter((member) => byTurn(member, limit) < 0)
}

function ids(members: Iterable<GroupMember>): readonly string[] {
  return [...members].map(({ id }) => id)
}
