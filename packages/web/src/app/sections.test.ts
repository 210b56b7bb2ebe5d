import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearestPage, sectionOf, trailOf } from './sections.ts'

test('the bar marks the part that an address is in', () => {
  const paths = ['/acme', '/acme/', '/acme/builds', '/acme/pipelines/ci/builds/3', '/acme/settings/members', '/account']
  expect(paths.map((path) => sectionOf(path).id)).toEqual([
    'pipelines',
    'pipelines',
    'builds',
    'pipelines',
    'settings',
    'pipelines',
  ])
})

test('the trail leads from a build to its pipeline', () => {
  const labels = (path: string) => trailOf(path).map(({ label }) => label)
  expect(labels('/acme/pipelines/ci/builds/60')).toEqual(['ci', '#60'])
  expect(labels('/acme/pipelines/ci/builds/60/jobs/x')).toEqual(['ci', '#60'])
  expect(labels('/acme/pipelines/ci/builds/latest')).toEqual(['ci'])
  expect(labels('/acme/pipelines/ci/settings')).toEqual(['ci', 'Settings'])
  expect([...labels('/acme/builds'), ...labels('/account')]).toEqual([])
})

test('an address that leads nowhere has a nearest page, also a broken one', () => {
  const nearest = (path: string) => nearestPage(path, ['acme']).to
  expect(nearest('/acme/build')).toBe('/acme/builds')
  expect(nearest('/acme/repositories')).toBe('/acme/repos')
  expect(nearest('/acme/setings')).toBe('/acme/settings')
  expect(nearest('/acme/ussage')).toBe('/acme/usage')
  expect(nearest('/acme/pipelines/ci/tests')).toBe('/acme/pipelines/ci')
  expect(nearest('/acme/xyz')).toBe('/acme/pipelines')
  expect(nearest('/else/builds')).toBe('/')
  fc.assert(fc.property(fc.string(), (path) => nearest(`/${path}`).startsWith('/')))
  fc.assert(fc.property(fc.array(fc.string()), (path) => nearest(`/acme/${path.join('/')}%zz`).startsWith('/')))
})
