import { expect, test } from 'vitest'
import { keyDocument } from './key-document.ts'

test('a policy without its details is rendered as it is, with a remark and without a key', async () => {
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
