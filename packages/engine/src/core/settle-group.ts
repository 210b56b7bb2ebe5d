import type { WhenFull } from '@harmont/ir'
import type { BuildHeader } from './live-build.ts'
import type { Instant } from './model.ts'
import { isBuildTerminal } from './states.ts'

/** A build of a group that has not ended. */
export interface GroupMember {
  readonly id: string
  /** Order of the builds, then by id: when the build was made or last reopened. */
  readonly turn: Instant
  readonly limit: number
  /** Its wish when the group is full. A reopened build only waits. */
  readonly whenFull: WhenFull
  /** Whether it has no place yet. */
  readonly waits: boolean
  /** Whether it has a place and is being canceled. */
  readonly isEnding: boolean
}

export interface Settlement {
  /** Builds that get a place now, in order. */
  readonly admit: readonly string[]
  /** Builds that give way to a newer one. */
  readonly supersede: readonly string[]
}

/**
 * Decides what a group needs now. The lowest limit of its members holds. Places go to waiting
 * builds in their order. A build without a place gives way to any newer one that asks for it; a
 * running one only to a newer one without a place. Doing part of it and asking again leads to the
 * same end.
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
    // A build that leaves the line makes room for those behind it.
    if (leaving.length === 0) return { admit: ids(entering), supersede: ids(supersede) }
    waiting = waiting.filter((member) => !supersede.has(member))
  }
}

/** Returns the members of the group with this key among these builds. */
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
