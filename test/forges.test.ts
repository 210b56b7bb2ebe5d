/** From a push to a finished check, with real sandboxes, a real git server and a GitHub that its own description judges. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase } from '../packages/server/src/testing/database.ts'
import { type Connected, concluded, discovered, startConnected } from './connected.ts'

let it: Connected

const pipelines = (command: string) => `import { pipeline, sh } from '@harmont/hm'
export default [
  {
    slug: 'ci',
    name: 'The CI',
    triggers: [{ event: 'push', branches: ['*'] }, { event: 'pull_request', types: ['opened', 'synchronize', 'closed'] }],
    pipeline: () => pipeline([sh(${JSON.stringify(command)}, { label: 'unit' })], { defaultImage: 'host' }),
  },
  {
    slug: 'release',
    triggers: [{ type: 'push', tags: ['v*'] }],
    pipeline: () => pipeline([sh('test "$HARMONT_TAG" = v1.0 && cat a.txt')], { defaultImage: 'host' }),
  },
]
`

beforeAll(async () => {
  it = await startConnected(await freshDatabase(), { '.hm/ci.ts': pipelines('cat a.txt'), 'a.txt': 'one\n' })
})
afterAll(async () => {
  await it?.remove()
})

test('a connected repository gets the pipelines of its code', async () => {
  expect(await discovered(it, ['ci', 'release'])).toEqual(['acme-core-ci', 'acme-core-release'])
})

test('a push ends as a finished check with the right conclusion, and a re-run runs again', async () => {
  const good = await it.github.push(it.repository, { 'a.txt': 'two\n' })
  const passed = await concluded(it, good.commit, 'harmont/acme-core-ci')
  expect(passed.history.at(-1)).toEqual({ status: 'completed', conclusion: 'success' })
  const bad = await it.github.push(it.repository, { 'a.txt': null })
  const failed = await concluded(it, bad.commit, 'harmont/acme-core-ci')
  expect(failed.history.at(-1)?.conclusion).toBe('failure')
  expect(failed.fields.output).toMatchObject({
    title: 'unit failed with exit code 1',
    text: expect.stringContaining('a.txt: No such file'),
  })
  expect(failed.fields.details_url).toBe(`${it.product.server().url}/default/pipelines/acme-core-ci/builds/2`)
  await it.github.rerunCheck(failed, it.owner)
  const again = await concluded(it, bad.commit, 'harmont/acme-core-ci', 2)
  expect(again.history.at(-1)?.conclusion).toBe('failure')
  await it.github.rerunSuite(it.repository, good.commit, it.owner)
  await concluded(it, good.commit, 'harmont/acme-core-ci', 2)
  expect(it.github.violations).toEqual([])
})
