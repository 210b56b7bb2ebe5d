import { createBuild, defaultStoreSettings } from '@harmont/engine'
import { parsePlan } from '@harmont/ir'
import { expect, test } from 'vitest'
import { passedAlready } from './passed-already.ts'

test('a kept result counts as passed, with or without a snapshot, and its dependents are ready', () => {
  const node = (key: string, command: string) => ({ step: { key, cmd: command, image: 'host' }, env: {} })
  const ir = {
    version: '0',
    graph: {
      nodes: [node('one', 'true'), node('two', 'true'), node('three', 'false')],
      node_holes: [],
      edge_property: 'directed',
      edges: [
        [0, 2, 'depends_on'],
        [1, 2, 'depends_on'],
      ],
    },
  }
  const parsed = parsePlan(JSON.stringify(ir))
  if (!parsed.ok) throw new Error(parsed.error.message)
  const from = { kind: 'plan', plan: parsed.plan, conditions: [true, true, true] } as const
  const created = createBuild({ id: 'b', queue: 'q', at: 1, held: false, from }, defaultStoreSettings)
  const kept = new Map([
    [0, { snapshot: null, serviceSnapshots: {} }],
    [1, { snapshot: 'left', serviceSnapshots: { db: 'rows' } }],
  ])
  const { build, effects } = passedAlready(created, kept, defaultStoreSettings)
  expect(build.jobs.map(({ state, snapshot, serviceSnapshots }) => [state, snapshot, serviceSnapshots])).toEqual([
    ['passed', null, {}],
    ['passed', 'left', { db: 'rows' }],
    ['scheduled', null, {}],
  ])
  expect(effects).toEqual([{ type: 'ready', job: build.jobs[2]?.id, notBefore: null }])
})
