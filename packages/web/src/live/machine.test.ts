import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hiddenMs, nextTimeOf, silentMs, stepLive } from './machine.ts'
import { idle, type LiveCommand, type LiveFact } from './state.ts'

const names = ['builds', 'build:ci/1', 'build:ci/2', 'log:a'] as const

/**
 * Simulates a server that counts the changes of each topic, and a tab that knows some of them,
 * around the machine under test.
 */
class World {
  state = idle(0.5)
  now = 0
  /** The changes of each topic, in order over all topics. */
  readonly changes: string[] = []
  /** The number of changes of each topic that the tab has seen. */
  readonly known = new Map<string, number>()
  wanted: string[] = []
  stream: { readonly keys: readonly string[]; readonly places: Map<string, number>; isOpen: boolean } | null = null
  isDown = false
  readonly commands: LiveCommand[] = []

  countOf(key: string): number {
    return this.changes.filter((one) => one === key).length
  }

  /** Reads a topic and then follows it, like a page. */
  want(key: string): void {
    if (this.wanted.includes(key)) return
    this.known.set(key, this.countOf(key))
    this.wanted = [...this.wanted, key].sort()
    this.tellTopics(key)
  }

  drop(key: string): void {
    this.wanted = this.wanted.filter((one) => one !== key)
    this.tellTopics(null)
  }

  readonly turnsAt = new Map<number, number>()
  cursorOf = new Map<string, string>()
  tellTopics(added: string | null): void {
    if (added?.startsWith('build:')) this.cursorOf.set(added, String(this.countOf(added)))
    const topics = this.wanted.map((key) => ({ key, line: 1, cursor: this.cursorOf.get(key) ?? null }))
    this.tell({ type: 'topics', organization: 'acme', topics })
  }

  tell(fact: LiveFact): void {
    const { state, commands } = stepLive(this.state, fact, this.now)
    this.state = state
    for (const command of commands) this.obey(command)
  }

  obey(command: LiveCommand): void {
    this.commands.push(command)
    if (command.type === 'close') {
      expect(this.stream).not.toBeNull()
      this.stream = null
    } else if (command.type === 'open') {
      expect(this.stream).toBeNull()
      const keys = command.topics.map(({ key }) => key)
      this.stream = { keys, places: readPlaces(keys, command.cursor), isOpen: false }
    }
  }

  /** Performs all pending network operations. */
  deliver(): void {
    const { stream } = this
    if (stream === null) return
    if (this.isDown) {
      this.tell({ type: 'failed' })
      return
    }
    if (!stream.isOpen) {
      stream.isOpen = true
      this.tell({ type: 'opened' })
    }
    for (const key of stream.keys) {
      const [place, count] = [stream.places.get(key), this.countOf(key)]
      // Without a position, the server asks the tab to read the topic again; otherwise it sends
      // later changes.
      if (place === count) continue
      const known = this.known.get(key) ?? 0
      this.known.set(key, place === undefined || place <= known ? count : known)
      stream.places.set(key, count)
      this.tell({ type: 'heard', id: JSON.stringify([...stream.places]) })
    }
    this.tell({ type: 'heard', id: null })
  }

  pass(ms: number): void {
    const end = this.now + ms
    for (;;) {
      const due = nextTimeOf(this.state)
      if (due === null || due > end) break
      // A timer that is immediately due again would loop forever.
      expect(this.turnsAt.get(due) ?? 0).toBeLessThan(5)
      this.turnsAt.set(due, (this.turnsAt.get(due) ?? 0) + 1)
      this.now = Math.max(this.now, due)
      this.tell({ type: 'time' })
      if (this.isDown) this.deliver()
    }
    this.now = end
    this.tell({ type: 'time' })
  }
}

/**
 * An event id contains positions in many topics; a view's cursor contains only that of its build.
 */
function readPlaces(keys: readonly string[], cursor: string | null): Map<string, number> {
  if (cursor === null) return new Map()
  const [build] = keys.filter((key) => key.startsWith('build:'))
  if (/^\d+$/.test(cursor)) return new Map(build === undefined ? [] : [[build, Number(cursor)]])
  return new Map((JSON.parse(cursor) as [string, number][]).filter(([key]) => keys.includes(key)))
}

const deed = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...names).map((key) => ({ do: 'change', key }) as const) },
  { weight: 3, arbitrary: fc.constantFrom(...names).map((key) => ({ do: 'want', key }) as const) },
  { weight: 2, arbitrary: fc.constantFrom(...names).map((key) => ({ do: 'drop', key }) as const) },
  { weight: 4, arbitrary: fc.constant({ do: 'deliver' } as const) },
  { weight: 3, arbitrary: fc.constantFrom(10, 100, 3000, 35_000, 70_000).map((ms) => ({ do: 'pass', ms }) as const) },
  { weight: 1, arbitrary: fc.boolean().map((down) => ({ do: 'server', down }) as const) },
  { weight: 1, arbitrary: fc.boolean().map((isVisible) => ({ do: 'show', isVisible }) as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'cut' } as const) },
)

function act(world: World, one: typeof deed extends fc.Arbitrary<infer Deed> ? Deed : never): void {
  if (one.do === 'change') world.changes.push(one.key)
  else if (one.do === 'want') world.want(one.key)
  else if (one.do === 'drop') world.drop(one.key)
  else if (one.do === 'deliver') world.deliver()
  else if (one.do === 'pass') world.pass(one.ms)
  else if (one.do === 'server') world.isDown = one.down
  else if (one.do === 'show') world.tell({ type: 'visible', isVisible: one.isVisible })
  else world.tell({ type: 'failed' })
}

test('web D2 after any sequence of failures the tab knows every change of its topics', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
      const world = new World()
      for (const one of deeds) act(world, one)
      world.isDown = false
      world.tell({ type: 'visible', isVisible: true })
      for (let second = 0; second < 80; second++) {
        world.pass(1000)
        world.deliver()
      }
      expect(world.stream?.keys ?? []).toEqual(world.wanted)
      for (const key of world.wanted) expect([key, world.known.get(key)]).toEqual([key, world.countOf(key)])
    }),
    { numRuns: scaled(200) },
  )
})

test('web D1 a tab hidden for 30 s has no stream, and gets one when it becomes visible', () => {
  const world = new World()
  world.want('builds')
  world.pass(100)
  world.deliver()
  world.tell({ type: 'visible', isVisible: false })
  world.pass(hiddenMs - 15_000)
  world.deliver()
  world.pass(14_000)
  expect(world.state.stream.kind).toBe('open')
  world.pass(1000)
  expect(world.stream).toBeNull()
  expect(nextTimeOf(world.state)).toBeNull()
  world.changes.push('builds')
  world.tell({ type: 'visible', isVisible: true })
  world.deliver()
  expect([world.state.stream.kind, world.known.get('builds')]).toEqual(['open', 1])
})

test('web D3 after three failed connects, each followed by a session check, pages poll and the tab tries a stream each minute', () => {
  const world = new World()
  world.isDown = true
  world.want('builds')
  world.pass(10_000)
  expect(world.commands.map(({ type }) => type)).toEqual([1, 2, 3].flatMap(() => ['open', 'close', 'check-session']))
  expect(world.state.isPolling).toBe(true)
  const tries = () => world.commands.filter(({ type }) => type === 'open').length
  world.pass(10 * 60_000)
  expect(tries()).toBeGreaterThanOrEqual(3 + 9)
  expect(tries()).toBeLessThanOrEqual(3 + 11)
  world.isDown = false
  world.tell({ type: 'reachable' })
  world.deliver()
  expect(world.state).toMatchObject({ isPolling: false, stream: { kind: 'open' } })
})

test('web D3 a stream that is silent for 20 s is closed, and pages poll', () => {
  const world = new World()
  world.want('build:ci/1')
  world.pass(100)
  world.deliver()
  world.pass(silentMs - 1)
  expect(world.state).toMatchObject({ isPolling: false, stream: { kind: 'open' } })
  world.pass(1)
  expect(world.state).toMatchObject({ isPolling: true, stream: { kind: 'closed' } })
})

test('web X3 a stream that recovers checks the release once, and a change of topics does not check it', () => {
  const world = new World()
  const asked = () => world.commands.filter(({ type }) => type === 'check-release').length
  world.want('builds')
  world.pass(100)
  world.deliver()
  world.want('build:ci/1')
  world.pass(100)
  world.deliver()
  expect([world.stream?.isOpen, asked()]).toEqual([true, 0])
  world.tell({ type: 'failed' })
  world.isDown = true
  world.pass(5000)
  expect(asked()).toBe(0)
  world.isDown = false
  world.tell({ type: 'reachable' })
  world.deliver()
  expect([world.stream?.isOpen, asked()]).toEqual([true, 1])
})

test('web A3 without a session no stream is tried', () => {
  const world = new World()
  world.want('builds')
  world.tell({ type: 'session', isSignedIn: false })
  world.pass(10 * 60_000)
  expect(world.commands).toEqual([])
  world.tell({ type: 'session', isSignedIn: true })
  expect(world.commands.map(({ type }) => type)).toEqual(['open'])
})

test("topics that change within a moment share one stream, and a build continues after its view's cursor", () => {
  const world = new World()
  world.changes.push('build:ci/1')
  world.want('build:ci/1')
  world.want('log:a')
  world.want('builds')
  world.drop('builds')
  world.pass(100)
  world.deliver()
  expect(world.commands).toMatchObject([
    { type: 'open', cursor: '1', topics: [{ key: 'build:ci/1' }, { key: 'log:a' }] },
  ])
})

test("a tab that goes from the list to a build gets that build's events and none of the list", () => {
  const world = new World()
  world.want('builds')
  world.pass(100)
  world.changes.push('builds', 'build:ci/1', 'build:ci/1')
  world.deliver()
  world.want('build:ci/1')
  world.drop('builds')
  world.pass(100)
  expect(world.commands.at(-1)).toMatchObject({ type: 'open', cursor: '2', topics: [{ key: 'build:ci/1' }] })
  // Returning within the hour continues at the position.
  world.deliver()
  world.changes.push('builds')
  world.want('builds')
  world.pass(100)
  world.deliver()
  expect(world.known.get('builds')).toBe(2)
})
