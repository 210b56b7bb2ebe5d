// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of a group
import { expect, test } from 'vitest'
import { buildGroupOf } from './build-group.ts'

const main = { pipeline: 'p', branch: 'main', tag: null, pullRequest: null, event: 'push', claimant: null }
const keyOf = (group: string, more: Partial<typeof main> | { readonly claimant: string } = {}) =>
  buildGroupOf({ group, limit: 1, whenFull: 'cancel_running' }, { ...main, ...more })?.key

test.for(['${branch}', 'x-${branch}', '${tag}', '${pull_request}'])(
  'G05 a build that only claims its ref is not in the group `%s` of that ref, nor in that of another claimant',
  (group) => {
    const keys = [keyOf(group), keyOf(group, { claimant: 'uploads' }), keyOf(group, { claimant: 'fork mallory/core' })]
    expect(new Set(keys).size).toBe(3)
    expect(keyOf(group, { claimant: 'uploads' })).toBe(keys[1])
  },
)

test('a group without a ref in its name holds for all builds of its pipeline', () => {
  for (const group of ['production', '${event}']) expect(keyOf(group, { claimant: 'uploads' })).toBe(keyOf(group))
  expect(keyOf('production', { pipeline: 'q' })).not.toBe(keyOf('production'))
})
