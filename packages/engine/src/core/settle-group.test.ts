import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildGroupOf } from './build-group.ts'
import { type GroupMember, settleGroup } from './settle-group.ts'

const words = ['queue', 'cancel_waiting', 'cancel_running'] as const

function member(id: string, over: Partial<GroupMember> = {}): GroupMember {
  return { id, turn: Number(id), limit: 1, whenFull: 'queue', waits: true, isEnding: false, ...over }
}
const holds = { waits: false }

describe('a group', () => {
  const cases: readonly (readonly [string, readonly GroupMember[], readonly string[], readonly string[]])[] = [
    ['without members', [], [], []],
    ['with a free place', [member('1')], ['1'], []],
    ['with one that runs', [member('1', holds), member('2')], [], []],
    ['with two that wait', [member('2'), member('1')], ['1'], []],
    ['with a lower limit among many', [member('1', { ...holds, limit: 9 }), member('2', { limit: 1 })], [], []],
    ['with a lower limit that waits', [member('1', { limit: 9 }), member('2', { limit: 1 })], ['1'], []],
    [
      'whose newest wants no others to wait',
      [member('1', holds), member('2'), member('3', { whenFull: 'cancel_waiting' })],
      [],
      ['2'],
    ],
    [
      'whose newest wants no others',
      [member('1', holds), member('2'), member('3', { whenFull: 'cancel_running' })],
      [],
      ['1', '2'],
    ],
    [
      'that is not full',
      [member('1', { ...holds, limit: 2 }), member('2', { limit: 2, whenFull: 'cancel_running' })],
      ['2'],
      [],
    ],
    [
      'that is being emptied',
      [member('1', { ...holds, isEnding: true }), member('2', { whenFull: 'cancel_running' })],
      [],
      [],
    ],
    ['of two that came at once', [member('1'), member('2', { whenFull: 'cancel_running' })], ['2'], ['1']],
    [
      'of two, the second of which waits its turn',
      [member('1'), member('2', { whenFull: 'cancel_waiting' })],
      ['1'],
      [],
    ],
    [
      'with an older one that was rendered late',
      [member('2', { ...holds, whenFull: 'cancel_running' }), member('1', { whenFull: 'cancel_running' })],
      [],
      ['1'],
    ],
  ]
  test.each(cases)('G05 %s', (_, members, admit, supersede) => {
    const settled = settleGroup(members)
    expect([settled.admit, settled.supersede.toSorted()]).toEqual([admit, supersede])
  })
})

/** Random actions on a group; numbers choose among the possible ones. */
const program = fc.array(
  fc.record({
    what: fc.constantFrom('comes', 'comes', 'comes', 'comes late', 'ends', 'ends', 'is canceled', 'is opened again'),
    which: fc.nat({ max: 1000 }),
    limit: fc.integer({ min: 1, max: 3 }),
    whenFull: fc.constantFrom(...words),
    /** Number of actions before the actor dies and the next one decides again. */
    patience: fc.nat({ max: 3 }),
  }),
  { maxLength: 60 },
)

/** A group as a store holds it. Checks every action. */
class Group {
  readonly members = new Map<string, GroupMember>()
  readonly over: string[] = []
  turn = 0

  add(turn: number, fields: Partial<GroupMember>): void {
    const id = `${this.turn}`
    this.members.set(id, { ...member(id), turn, ...fields })
  }

  /** Executes a settlement one action at a time, and stops when `patience` runs out. */
  settle(patience: number): void {
    for (let left = patience; ; left--) {
      const before = [...this.members.values()]
      const { admit, supersede } = settleGroup(before)
      if (left < 0 || (admit.length === 0 && supersede.length === 0)) return
      const [first] = supersede
      if (first !== undefined) this.supersede(first, before)
      else this.admit(admit[0] ?? '', before)
    }
  }

  private supersede(id: string, before: readonly GroupMember[]): void {
    const one = this.get(id)
    const askers = before.filter(({ turn, whenFull }) => turn > one.turn && whenFull !== 'queue')
    expect(askers).not.toEqual([])
    if (!one.waits) expect(askers.some(({ whenFull, waits }) => waits && whenFull === 'cancel_running')).toBe(true)
    if (one.waits) this.end(id)
    else this.members.set(id, { ...one, isEnding: true })
  }

  private admit(id: string, before: readonly GroupMember[]): void {
    const one = this.get(id)
    expect(one.waits).toBe(true)
    expect(before.filter(({ waits, turn }) => waits && turn < one.turn)).toEqual([])
    this.members.set(id, { ...one, waits: false })
    const limit = Math.min(...before.map((each) => each.limit))
    expect([...this.members.values()].filter(({ waits }) => !waits).length).toBeLessThanOrEqual(limit)
  }

  /**
   * Asserts that nothing is left to do, no build waits needlessly, and no superseded build is left.
   */
  checkSettled(): void {
    this.settle(Number.POSITIVE_INFINITY)
    const all = [...this.members.values()]
    const waiting = all.filter(({ waits }) => waits)
    if (waiting.length > 0)
      expect(all.length - waiting.length).toBeGreaterThanOrEqual(Math.min(...all.map(({ limit }) => limit)))
    for (const { turn, whenFull } of waiting) {
      if (whenFull === 'queue') continue
      expect(waiting.filter((other) => other.turn < turn)).toEqual([])
      if (whenFull === 'cancel_running')
        expect(all.filter((other) => !other.waits && !other.isEnding && other.turn < turn)).toEqual([])
    }
  }

  end(id: string): void {
    this.members.delete(id)
    this.over.push(id)
  }

  get(id: string): GroupMember {
    const found = this.members.get(id)
    if (found === undefined) throw new Error(`no member ${id}`)
    return found
  }
}

test('G05 in any sequence of actions, no more builds run than the lowest limit, they run in order, and all end', () => {
  const waited = { admitted: 0, left: 0 }
  fc.assert(
    fc.property(program, (steps) => {
      const group = new Group()
      for (const { what, which, limit, whenFull, patience } of steps) {
        const turn = ++group.turn * 10
        const running = [...group.members.values()].filter(({ waits }) => !waits)
        const any = [...group.members.keys()]
        const pick = <T>(list: readonly T[]) => list[which % list.length]
        if (what === 'comes') group.add(turn, { limit, whenFull })
        else if (what === 'comes late') group.add(turn - 10 * (which % 5) - 5 + turn / 10_000, { limit, whenFull })
        else if (what === 'is opened again' && group.over.length > 0) group.add(turn, { limit })
        else if (what === 'ends' && running.length > 0) group.end(pick(running)?.id ?? '')
        else if (what === 'is canceled' && any.length > 0) {
          const one = group.get(pick(any) ?? '')
          if (one.waits) group.end(one.id)
          else group.members.set(one.id, { ...one, isEnding: true })
        }
        group.settle(patience)
        if (patience > 0) group.checkSettled()
      }
      group.checkSettled()
      for (let rounds = 0; group.members.size > 0; rounds++) {
        expect(rounds).toBeLessThan(100)
        const holder = [...group.members.values()].find(({ waits }) => !waits)
        if (holder === undefined) throw new Error('somebody waits and nobody runs')
        group.end(holder.id)
        group.checkSettled()
        waited.admitted++
      }
      waited.left += group.over.length
    }),
    { numRuns: scaled(600) },
  )
  expect(waited.admitted).toBeGreaterThan(scaled(600))
})

describe('the name of a group', () => {
  const facts = { pipeline: 'p', branch: 'main', tag: null, pullRequest: null, event: 'push', claimant: null }
  const named = (group: string, over: Partial<typeof facts> = {}) =>
    buildGroupOf({ group, limit: 1, whenFull: 'queue' }, { ...facts, ...over })
  const text = (name: string) => `${'$'}{${name}}`

  test('the name of a group contains the values of its placeholders, and empty text for missing values', () => {
    expect(named(`${text('branch')}/${text('event')}`)?.name).toBe('main/push')
    expect(named(`x${text('tag')}${text('pull_request')}y`)?.name).toBe('xy')
    expect(buildGroupOf(undefined, facts)).toBeUndefined()
  })

  test('the name of a group is expanded once: a branch that looks like a placeholder stays unchanged', () => {
    expect(named(text('branch'), { branch: text('event') })?.name).toBe(text('event'))
  })

  test('G05 groups differ by pipeline and name, whatever the length of the name', () => {
    expect(named('a')?.key).toBe(named('a', { branch: 'other' })?.key)
    const keys = [named('a'), named('b'), named('a', { pipeline: 'q' }), named(text('branch').repeat(20))]
    expect(new Set(keys.map((group) => group?.key)).size).toBe(4)
    expect(keys.map((group) => group?.key.length)).toEqual([64, 64, 64, 64])
  })
})
