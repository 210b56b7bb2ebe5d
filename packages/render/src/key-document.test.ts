import { stepKeys } from '@harmont/ir'
import { expect, test } from 'vitest'
import { keyDocument } from './key-document.ts'

test('cached steps identified only by position cause one warning, which names them by label or command', async () => {
  const commands = ['make', 'make test', 'echo one\necho two']
  const labels = [':c: build', ':c: build', undefined]
  const keys = stepKeys(
    commands.map((command, at) => ({ key: undefined, label: labels[at], command, parent: undefined })),
  )
  const nodes = commands.map((cmd, at) => ({
    step: { key: keys[at], label: labels[at], cmd, image: 'host', cache: { policy: 'forever', env_keys: [] } },
    env: {},
  }))
  const document = { version: '0', graph: { nodes, node_holes: [], edge_property: 'directed', edges: [] } }
  const digests = () => Promise.reject(new Error('no file is asked for'))
  const { warnings } = await keyDocument(document, 'ci', { org: 'default', now: 0, env: {}, digests })
  expect(warnings).toEqual([
    'the cached steps ":c: build", "echo one" have no key and no label of their own, so adding a step before one makes it run again. Give each a key.',
  ])
})

test('an incomplete policy renders unchanged, with a remark and without a key', async () => {
  const node = (key: string, cache: object) => ({ step: { key, cmd: 'make', image: 'host', cache }, env: {} })
  const nodes = [
    node('a', { policy: 'on_change' }),
    node('b', { policy: 'compose', sub_policies: [{ policy: 'weekly' }] }),
  ]
  const document = { version: '0', graph: { nodes, node_holes: [], edge_property: 'directed', edges: [] } }
  const digests = () => Promise.reject(new Error('no file is asked for'))
  const keyed = await keyDocument(document, 'ci', { org: 'default', now: 0, env: {}, digests })
  expect(keyed.problem).toBeNull()
  expect(JSON.parse(keyed.json)).toEqual(document)
  expect(keyed.warnings).toEqual(
    expect.arrayContaining([
      'The cache policy "on_change" has no `paths`, nor a key, so this step always runs. (/graph/nodes/0/step/cache)',
      'The cache policy "weekly" has no meaning here, nor a key, so this step always runs. (/graph/nodes/1/step/cache)',
    ]),
  )
})
