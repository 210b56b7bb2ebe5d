import { expect, test } from 'vitest'
import { type CacheReader, cacheOf } from './cache-namespaces.ts'

const pipeline = { id: 'p', default_branch: 'main', protected_branches: ['release/*'], cache_share: false }
const facts = { trust: 'trusted', refClass: 'fetched', tag: null, pullRequest: null } as const
const pullRequest = { number: 1, title: null, url: 'u', headRepository: 'Eve/App', fork: true }
const main: CacheReader = { organizationId: 'o', pipeline, branch: 'main', facts, userId: 'ada' }

const release = { ...main, branch: 'release/1' }
const topic = { ...main, branch: 'topic' }
/**
 * A person who cannot push to a branch may make a tag, or a branch of a pull request, with the same
 * name.
 */
const tag = { ...main, facts: { ...facts, tag: 'main' } }
const request = { ...main, facts: { ...facts, pullRequest: { ...pullRequest, fork: false } } }
const upload = { ...main, facts: { ...facts, refClass: 'upload' } } as const
const bobs = { ...upload, userId: 'bob' }
const fork = { ...main, facts: { ...facts, trust: 'fork', pullRequest } } as const
const otherFork = { ...fork, facts: { ...fork.facts, pullRequest: { ...pullRequest, headRepository: 'mallory/app' } } }
const other = { ...main, pipeline: { ...pipeline, id: 'q' } }

const all = { main, release, topic, tag, request, upload, bobs, fork, otherFork, other }

function finds(readers: Readonly<Record<string, CacheReader>>): Readonly<Record<string, string>> {
  const of = (reader: CacheReader) => cacheOf(reader, false)
  return Object.fromEntries(
    Object.entries(readers).map(([name, reader]) => [
      name,
      Object.keys(readers)
        .filter((maker) => of(reader).read.includes(of(readers[maker] ?? reader).write))
        .join(' '),
    ]),
  )
}

test('G59 protected branches find entries of protected branches, branches find those of branches, and nobody finds those of uploads or forks', () => {
  expect(finds(all)).toEqual({
    main: 'main release',
    release: 'main release',
    topic: 'main release topic tag request',
    tag: 'main release topic tag request',
    request: 'main release topic tag request',
    upload: 'main release topic tag request upload',
    bobs: 'main release topic tag request bobs',
    fork: 'main release topic tag request fork',
    otherFork: 'main release topic tag request otherFork',
    other: 'other',
  })
})

test(`all builds of a pipeline that shares its cache find each other's entries, except builds of forks`, () => {
  const shared = Object.entries(all).map(([name, reader]) => {
    return [name, { ...reader, pipeline: { ...reader.pipeline, cache_share: true } }] as const
  })
  const everybody = 'main release topic tag request upload bobs'
  expect(finds(Object.fromEntries(shared))).toMatchObject({
    main: everybody,
    topic: everybody,
    bobs: everybody,
    fork: 'main release topic tag request fork',
    other: 'other',
  })
})

test('a build without the cache finds nothing, and stores its entries as usual', () => {
  expect(cacheOf(topic, true)).toMatchObject({ read: [], write: cacheOf(topic, false).write })
})
