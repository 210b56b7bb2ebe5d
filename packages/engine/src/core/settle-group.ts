import type { WhenFull } from '@harmont/ir'
import type { BuildHeader } from './live-build.ts'
import type { Instant } from './model.ts'
import { isBuildTerminal } from './states.ts'

/** A build of a group that is not over. */
export interface GroupMember {
  readonly id: string
  /** Builds take their turn by this, then by id: when the build was made, or last opened again. */
  readonly turn: Instant
  readonly limit: number
  /** What it asks for when the group is full. One that was opened again asks for nothing: it only waits. */
  readonly whenFull: WhenFull
  /** It has no place yet. */
  readonly waits: boolean
  /** It has a place and is being canceled. */
  readonly isEnding: boolean
}

export interface Settlement {
  /** Those that get a place now, in their order. */
  readonly admit: readonly string[]
  /** Those that give way to a newer one. */
  readonly supersede: readonly string[]
}

/**
 * What is to be done about a group as it is. The lowest limit of its members holds. Places go to those that wait in their order, and none is passed
 * over. A build for which there is none gives way to any newer one that asks for it; one that runs, only to a newer one that has no place itself.
 * Doing part of it and asking again leads to the same end.
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
    // Who leaves the line makes room for those behind.
    if (leaving.length === 0) return { admit: ids(entering), supersede: ids(supersede) }
    waiting = waiting.filter((member) => !supersede.has(member))
  }
}

/** The members of the group with this key among these builds. */
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
