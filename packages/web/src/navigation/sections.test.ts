import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearestPage, sectionOf, trailOf } from './sections.ts'

test('the bar marks the section of the address', () => {
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

const nameOf = (org: string, slug: string) => (`${org}/${slug}` === 'acme/ci' ? 'Nightly tests' : slug)

test('the trail leads from a build to its pipeline, by name if it is known', () => {
  const labels = (path: string) => trailOf(path, nameOf).map(({ label }) => label)
  expect(labels('/acme/pipelines/ci/builds/60')).toEqual(['Nightly tests', '#60'])
  expect(labels('/acme/pipelines/ci/builds/60/jobs/x')).toEqual(['Nightly tests', '#60'])
  expect(labels('/acme/pipelines/ci/builds/latest')).toEqual(['Nightly tests'])
  expect(labels('/acme/pipelines/ci/settings')).toEqual(['Nightly tests', 'Settings'])
  expect(labels('/acme/pipelines/lint')).toEqual(['lint'])
  expect([...labels('/acme/builds'), ...labels('/account')]).toEqual([])
})

test('an unknown address has a nearest page, even if it is malformed', () => {
  const nearest = (path: string) => nearestPage(path, [{ slug: 'acme', name: 'Acme Inc.' }], nameOf).to
  expect(nearest('/acme/build')).toBe('/acme/builds')
  expect(nearest('/acme/repositories')).toBe('/acme/repos')
  expect(nearest('/acme/setings')).toBe('/acme/settings')
  expect(nearest('/acme/ussage')).toBe('/acme/usage')
  expect(nearest('/acme/pipelines/ci/tests')).toBe('/acme/pipelines/ci')
  expect(nearest('/acme/xyz')).toBe('/acme/pipelines')
  const label = (path: string) => nearestPage(path, [{ slug: 'acme', name: 'Acme Inc.' }], nameOf).label
  expect([label('/acme/pipelines/ci/tests'), label('/acme/build')]).toEqual([
    'Pipeline Nightly tests',
    'Builds of Acme Inc.',
  ])
  expect(nearest('/else/builds')).toBe('/')
  fc.assert(fc.property(fc.string(), (path) => nearest(`/${path}`).startsWith('/')))
  fc.assert(fc.property(fc.array(fc.string()), (path) => nearest(`/acme/${path.join('/')}%zz`).startsWith('/')))
})
