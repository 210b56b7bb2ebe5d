import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextTick } from './cron.ts'
import { skippingFilters, triggersMatch } from './match-triggers.ts'
import { parseTriggers } from './parse-triggers.ts'
import { pullRequestTypes, type TriggerFacts } from './trigger.ts'

const matches = (triggers: readonly object[], happening: TriggerFacts): boolean => {
  const parsed = parseTriggers(triggers)
  expect(parsed.problems).toEqual([])
  return triggersMatch(parsed.triggers, happening)
}
const push = (ref: string, changed: readonly string[] | null = null): TriggerFacts => ({
  event: 'push',
  on: 'branches',
  ref,
  changed,
})
const tag = (ref: string): TriggerFacts => ({ event: 'push', on: 'tags', ref, changed: null })
const pull = (type: (typeof pullRequestTypes)[number], base = 'main'): TriggerFacts => ({
  event: 'pull_request',
  type,
  base,
  changed: null,
})

test('a push matches the branches or tags of a trigger, with either spelling of the event', () => {
  for (const name of ['event', 'type']) {
    const branches = [{ [name]: 'push', branches: ['main', 'rel/*'] }]
    expect(matches(branches, push('main'))).toBe(true)
    expect(matches(branches, push('rel/1/2'))).toBe(true)
    expect(matches(branches, push('mainly'))).toBe(false)
    expect(matches(branches, tag('main'))).toBe(false)
    expect(matches([{ [name]: 'push', tags: ['v?'] }], tag('v1'))).toBe(true)
    expect(matches([{ [name]: 'push', tags: ['v?'] }], tag('v10'))).toBe(false)
  }
})

test('empty lists and unknown events never match', () => {
  expect(matches([{ event: 'push', branches: [] }], push('main'))).toBe(false)
  expect(matches([{ event: 'pull_request', branches: [] }], pull('opened'))).toBe(false)
  expect(matches([{ event: 'push', branches: ['*'], paths: [] }], push('main'))).toBe(false)
  expect(matches([{ event: 'push', branches: ['*'], paths: [] }], push('main', ['a']))).toBe(false)
  expect(matches([{ event: 'deployment', branches: ['*'] }], push('main'))).toBe(false)
  expect(matches([], push('main'))).toBe(false)
})

test('a pull request matches by type and target', () => {
  const byDefault = [{ event: 'pull_request' }]
  expect(pullRequestTypes.filter((type) => matches(byDefault, pull(type)))).toEqual([
    'opened',
    'synchronize',
    'reopened',
  ])
  const closed = [{ event: 'pull_request', types: ['closed'], branches: ['rel*'] }]
  expect(matches(closed, pull('closed', 'release'))).toBe(true)
  expect(matches(closed, pull('closed', 'main'))).toBe(false)
  expect(matches(closed, pull('opened', 'release'))).toBe(false)
})

test.each([
  [{ paths: ['src/**'] }, ['src/a/b.ts'], true],
  [{ paths: ['src/**'] }, ['docs/a.md'], false],
  [{ paths: ['src'] }, ['src/a.ts'], true],
  [{ paths: ['src/**', '!**/*.md'] }, ['src/a.md'], false],
  [{ paths: ['src/**', '!**/*.md'] }, ['src/a.md', 'src/a.ts'], true],
  [{ paths: ['!**/*.md', 'src/**'] }, ['src/a.md'], true],
  [{ paths: ['!docs/**'] }, ['src/a.ts'], false],
  [{ paths_ignore: ['docs/**'] }, ['docs/a.md'], false],
  [{ paths_ignore: ['docs/**'] }, ['docs/a.md', 'b'], true],
  [{ paths_ignore: ['docs/**', '!docs/x'] }, ['docs/x'], true],
  [{ paths: ['src/**'], paths_ignore: ['src/gen/**'] }, ['src/gen/a', 'docs/b'], false],
  [{ paths: ['src/**'] }, null, true],
  [{ paths_ignore: ['**/*'] }, null, true],
])('path filters %j with %j: %j', (filters, changed, expected) => {
  expect(matches([{ event: 'push', branches: ['*'], ...filters }], push('main', changed))).toBe(expected)
})

test('an invalid trigger is reported with its position, and the others still count', () => {
  const wrong: readonly [unknown, RegExp][] = [
    [7, /triggers\[0\]: expected an object with an "event", got 7/],
    [{ branches: ['x'] }, /expected an "event"/],
    [{ event: 'push' }, /exactly one of "branches" and "tags", got neither/],
    [{ event: 'push', branches: ['a'], tags: ['b'] }, /got both/],
    [{ event: 'push', branches: 'main' }, /branches: expected a list of strings, got "main"/],
    [{ event: 'push', branches: [1] }, /expected a list of strings/],
    [{ event: 'push', branches: ['x'.repeat(1025)] }, /at most 1024 characters, got 1025/],
    [{ event: 'push', branches: ['*'], paths: ['!../x'] }, /bad_path/],
    [{ event: 'push', branches: ['*'], paths_ignore: ['/etc'] }, /bad_path/],
    [{ event: 'pull_request', types: [] }, /one or more of opened/],
    [{ event: 'pull_request', types: ['labeled'] }, /got "labeled"/],
    [{ event: 'schedule' }, /expected strings/],
    [{ event: 'schedule', cron: '* * * * *' }, /at most every five minutes/],
    [{ event: 'schedule', cron: '0,59 0,1 * * *' }, /at most every five minutes/],
    [{ event: 'schedule', cron: '0 3 * *' }, /five fields/],
    [{ event: 'schedule', cron: '0 0 3 * * *' }, /five fields/],
    [{ event: 'schedule', cron: '61 3 * * *' }, /five fields/],
    [{ event: 'schedule', cron: '0 0 30 2 *' }, /matches some time/],
    [{ event: 'schedule', cron: '@daily' }, /five fields/],
    [{ event: 'schedule', cron: '0 0 L * *' }, /five fields/],
    [{ event: 'schedule', cron: '0 3 * * *', timezone: 'Mars/Base' }, /"timezone"/],
  ]
  for (const [value, message] of wrong) {
    const { triggers, problems } = parseTriggers([value, { event: 'push', branches: ['main'] }])
    expect(problems, JSON.stringify(value)).toEqual([expect.stringMatching(message)])
    expect(triggers).toHaveLength(1)
  }
  expect(parseTriggers('x').problems).toHaveLength(1)
  expect(parseTriggers(Array(101).fill({})).problems).toHaveLength(1)
  expect(parseTriggers(undefined)).toEqual({ triggers: [], problems: [] })
})

test('reading and matching triggers never throws, whatever the value', () => {
  const name = fc.constantFrom(
    'event',
    'type',
    'branches',
    'tags',
    'types',
    'paths',
    'paths_ignore',
    'cron',
    'timezone',
  )
  const known = fc.constantFrom(
    'push',
    'pull_request',
    'schedule',
    '*',
    '[',
    '!',
    '**',
    '0 3 * * *',
    'UTC',
    '__proto__',
  )
  const member = fc.oneof(known, fc.array(known), fc.anything())
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.array(fc.dictionary(name, member))), (value) => {
      const { triggers } = parseTriggers(value)
      triggersMatch(triggers, push('main', ['a/b']))
      triggersMatch(triggers, pull('opened'))
    }),
  )
})

test('schedules run in their time zone, through changes to and from summer time', () => {
  const after = new Date('2026-03-28T12:00:00Z')
  expect(nextTick('0 3 * * *', 'Europe/Berlin', after)?.toISOString()).toBe('2026-03-29T01:00:00.000Z')
  expect(nextTick('0 12 * * *', 'Europe/Berlin', after)?.toISOString()).toBe('2026-03-29T10:00:00.000Z')
  expect(nextTick('0 3 * * 1-5', 'UTC', after)?.toISOString()).toBe('2026-03-30T03:00:00.000Z')
  expect(parseTriggers([{ event: 'schedule', cron: '*/5 * * * MON,jan-FEB' }]).problems).toHaveLength(1)
  expect(parseTriggers([{ event: 'schedule', cron: '*/5 * * jan-FEB MON,sun' }])).toEqual({
    triggers: [{ event: 'schedule', cron: '*/5 * * jan-FEB MON,sun', timezone: 'UTC', branch: null }],
    problems: [],
  })
})

/**
 * An independent model: globs as regular expressions, over names and paths from small alphabets
 * that make matches likely.
 */
const refPattern = (glob: string) =>
  new RegExp(
    `^${glob
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^]*')
      .replaceAll('?', '[^]')}$`,
    'u',
  )

const pathPattern = (glob: string) => {
  const trailing = glob.endsWith('/**')
  const body = glob
    .replace(/\/\*\*$/, '')
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('**/', '\u0001')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
    .replaceAll('\u0001', '(?:[^/]+/)*')
  return new RegExp(trailing ? `^${body}/.+$` : `^${body}(?:/.*)?$`)
}

function expected(triggers: readonly ReturnType<typeof fromArbitrary>[], happening: TriggerFacts): boolean {
  const fits = (globs: readonly string[] | undefined, name: string) =>
    globs?.some((glob) => refPattern(glob).test(name))
  const meant = (globs: readonly string[], file: string) =>
    globs.reduce((found, glob) => {
      const isNegative = glob.startsWith('!')
      return pathPattern(isNegative ? glob.slice(1) : glob).test(file) ? !isNegative : found
    }, false)
  return triggers.some((trigger) => {
    const { paths, paths_ignore: ignored } = trigger
    const { changed } = happening
    if (paths?.length === 0) return false
    if (changed !== null && (paths || ignored)) {
      const left = changed
        .filter((file) => !paths || meant(paths, file))
        .filter((file) => !ignored || !meant(ignored, file))
      if (left.length === 0) return false
    }
    if (trigger.event !== happening.event) return false
    if (happening.event === 'push')
      return fits(happening.on === 'tags' ? trigger.tags : trigger.branches, happening.ref) ?? false
    const types = trigger.types ?? ['opened', 'synchronize', 'reopened']
    return (
      types.includes(happening.type) &&
      (trigger.branches === undefined || (fits(trigger.branches, happening.base) ?? false))
    )
  })
}

interface Wild {
  readonly event: 'push' | 'pull_request'
  readonly lists: readonly string[]
  readonly isTags: boolean
  readonly types: readonly string[] | undefined
  readonly hasBranches: boolean
  readonly paths: readonly string[] | undefined
  readonly paths_ignore: readonly string[] | undefined
}

function fromArbitrary({ event, lists, isTags, types, hasBranches, paths, paths_ignore }: Wild): {
  readonly event: string
  readonly branches?: readonly string[]
  readonly tags?: readonly string[]
  readonly types?: readonly string[]
  readonly paths?: readonly string[]
  readonly paths_ignore?: readonly string[]
} {
  const filters = { ...(paths && { paths }), ...(paths_ignore && { paths_ignore }) }
  if (event === 'push') return { event, ...(isTags ? { tags: lists } : { branches: lists }), ...filters }
  return { event, ...(types && { types }), ...(hasBranches && { branches: lists }), ...filters }
}

test('random triggers match like an independent model', () => {
  const text = (alphabet: string, least = 1) =>
    fc.string({ unit: fc.constantFrom(...alphabet), minLength: least, maxLength: 4 })
  const ref = text('ab/é')
  const refGlob = text('ab/é*?.')
  const component = fc.constantFrom('a', 'b', 'a.md', '.c')
  const path = fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
  const glob = fc
    .tuple(
      fc.boolean(),
      fc.array(fc.constantFrom('a', 'b', '*', '?', '*.md', '.c'), { minLength: 1, maxLength: 2 }),
      fc.boolean(),
      fc.boolean(),
    )
    .map(
      ([not, parts, leading, trailing]) =>
        (not ? '!' : '') + (leading ? '**/' : '') + parts.join('/') + (trailing ? '/**' : ''),
    )
  const globs = fc.option(fc.array(glob, { maxLength: 3 }), { nil: undefined })
  const trigger = fc
    .record({
      event: fc.constantFrom('push', 'pull_request'),
      lists: fc.array(refGlob, { maxLength: 2 }),
      isTags: fc.boolean(),
      types: fc.option(fc.subarray([...pullRequestTypes], { minLength: 1 }), { nil: undefined }),
      hasBranches: fc.boolean(),
      paths: globs,
      paths_ignore: globs,
    })
    .map(fromArbitrary)
  const changed = fc.option(fc.array(path, { maxLength: 3 }), { nil: null })
  const happening: fc.Arbitrary<TriggerFacts> = fc.oneof(
    fc.record({ event: fc.constant('push'), on: fc.constantFrom('branches', 'tags'), ref, changed }),
    fc.record({ event: fc.constant('pull_request'), type: fc.constantFrom(...pullRequestTypes), base: ref, changed }),
  )
  let found = 0
  fc.assert(
    fc.property(fc.array(trigger, { maxLength: 3 }), happening, (triggers, what) => {
      const answer = matches(triggers, what)
      expect(answer).toBe(expected(triggers, what))
      if (answer) found += 1
    }),
    { numRuns: scaled(1000) },
  )
  expect(found, 'a model that is never asked shows nothing').toBeGreaterThan(scaled(1000) / 50)
})

test('globs and files that are slow to match do not block: the files count as unknown, and a build starts', () => {
  const paths = Array.from({ length: 100 }, () => `${'*a'.repeat(500)}b`)
  const { triggers } = parseTriggers(Array.from({ length: 100 }, () => ({ event: 'push', branches: ['main'], paths })))
  const before = performance.now()
  expect(triggersMatch(triggers, push('main', Array(300).fill('a'.repeat(250))))).toBe(true)
  expect(performance.now() - before).toBeLessThan(20_000)
  // A list of typical size is still compared.
  const many = Array.from({ length: 300 }, (_, n) => `packages/web/src/pages/page-${n}.tsx`)
  const usual = {
    event: 'push',
    branches: ['main'],
    paths: Array.from({ length: 100 }, (_, n) => `apps/app-${n}/**/*.ts`),
  }
  expect(triggersMatch(parseTriggers([usual]).triggers, push('main', many))).toBe(false)
})

test('a list that is nested deeper than any stack is reported like other problems', () => {
  const deep: unknown = JSON.parse('['.repeat(400_000) + ']'.repeat(400_000))
  const hostile = [deep, { event: 'push', branches: deep }, { event: deep }, { event: 'pull_request', types: [deep] }]
  expect(parseTriggers(hostile).problems).toHaveLength(4)
  expect(parseTriggers({ list: deep }).problems).toHaveLength(1)
})

test('G128 only path filters skip an event: an event whose branch, tag, target or type matches no trigger gets no check', () => {
  const skipping = (triggers: readonly object[], facts: TriggerFacts) =>
    skippingFilters(parseTriggers(triggers).triggers, facts)
  const code = { event: 'push', branches: ['main'], paths: ['src/**'], paths_ignore: ['src/docs/**'] }
  expect(skipping([code], push('main', ['README.md']))).toEqual(['src/**', '!src/docs/**'])
  expect(skipping([code], push('main', ['src/a.ts']))).toBeNull()
  expect(skipping([code], push('main'))).toBeNull()
  expect(skipping([code], push('topic', ['README.md']))).toBeNull()
  expect(skipping([code], tag('main'))).toBeNull()
  const tests = { event: 'pull_request', branches: ['main'], paths: ['test/**'] }
  const opened = (base: string, type: 'opened' | 'closed' = 'opened') => ({ ...pull(type, base), changed: ['a.md'] })
  expect(skipping([code, tests], opened('main'))).toEqual(['test/**'])
  expect(skipping([code, tests], opened('dev'))).toBeNull()
  expect(skipping([code, tests], opened('main', 'closed'))).toBeNull()
  expect(skipping([{ event: 'schedule', cron: '0 3 * * *' }], push('main', ['a.md']))).toBeNull()
  // A trigger that builds takes precedence over one that skips.
  expect(skipping([code, { event: 'push', branches: ['main'], paths: ['*.md'] }], push('main', ['a.md']))).toBeNull()
})
