import { expect, test } from 'vitest'
import { explainMiss, type MissFacts } from './explain-miss.ts'

const inputs = { claim: 'k1', command: 'c', image: 'i', platform: 'linux', parent: null, variables: { A: '1', B: '2' } }
const facts: MissFacts = {
  inputs,
  previous: inputs,
  wasThere: false,
  damaged: false,
  policy: undefined,
  parentName: null,
}
const onChange = { policy: 'on_change', paths: ['go.mod', 'go.sum'] } as const
const ttl = { policy: 'ttl', duration_seconds: 60, env_keys: [] } as const
const otherClaim = { ...inputs, claim: 'k0' }
const sides = { paths: 'p', types: 't', modes: 'm', contents: 'c' }
const files = (before: Partial<typeof sides>): Partial<MissFacts> => ({
  inputs: { ...inputs, files: sides },
  previous: { ...otherClaim, files: { ...sides, ...before } },
})

test.for<readonly [string, Partial<MissFacts>, string | null, readonly string[]]>([
  ['a step that never left an entry', { previous: null }, 'first', []],
  ['an entry that there was', { wasThere: true, previous: otherClaim }, 'evicted', []],
  ['an entry that was damaged', { wasThere: true, damaged: true, previous: otherClaim }, 'damaged', []],
  ['another command', { previous: { ...inputs, command: 'x' } }, 'changed', ['command command x c']],
  ['another image', { previous: { ...inputs, image: 'x' } }, 'changed', ['image image x i']],
  [
    'another parent, by its name, which explains another claim',
    {
      inputs: { ...inputs, parent: 'p1' },
      previous: { ...otherClaim, parent: 'p0' },
      parentName: 'deps',
      policy: onChange,
    },
    'changed',
    ['parent deps p0 p1'],
  ],
  [
    'variables that are new, gone and other',
    { previous: { ...inputs, variables: { A: '0', C: '3' } } },
    'changed',
    ['variable A 0 1', 'variable B null 2', 'variable C 3 null'],
  ],
  [
    'files of other steps',
    {
      inputs: { ...inputs, given: { 'dist of site': 'a', 'x of gen': 'b' } },
      previous: { ...inputs, given: { 'dist of site': 'c' } },
    },
    'changed',
    ['path dist of site c a', 'path x of gen null b'],
  ],
  [
    'services',
    {
      inputs: { ...inputs, services: { db: 'a', cache: 'b' } },
      previous: { ...inputs, services: { db: 'c', cache: 'b' } },
    },
    'changed',
    ['service db c a'],
  ],
  [
    'a shard',
    { inputs: { ...inputs, split: 'a' }, previous: { ...inputs, split: 'b' } },
    'changed',
    ['path the files of its shard b a'],
  ],
  ['paths', { previous: otherClaim, policy: onChange }, 'changed', ['path go.mod or go.sum k0 k1']],
  ['time', { previous: otherClaim, policy: ttl }, 'expired', []],
  [
    'a variable of the rendering',
    { previous: otherClaim, policy: { policy: 'forever', env_keys: ['LEVEL'] } },
    'changed',
    ['variable LEVEL k0 k1'],
  ],
  [
    'one claim for several things',
    { previous: otherClaim, policy: { policy: 'compose', sub_policies: [ttl, onChange] } },
    'not_recorded',
    [],
  ],
  [
    'names of files',
    { ...files({ paths: 'x', contents: 'x' }), policy: onChange },
    'changed',
    ['path file names: go.mod or go.sum x p'],
  ],
  [
    'bytes, modes and types of files, beside a policy that time ends',
    {
      ...files({ contents: 'x', modes: 'y', types: 'z' }),
      policy: { policy: 'compose', sub_policies: [ttl, onChange] },
    },
    'changed',
    [
      'path go.mod or go.sum x c',
      'path executable files: go.mod or go.sum y m',
      'path file types: go.mod or go.sum z t',
    ],
  ],
  [
    'files that an earlier release did not note',
    { inputs: { ...inputs, files: sides }, policy: onChange },
    'not_recorded',
    [],
  ],
  ['a policy that nobody recorded', { previous: otherClaim }, 'not_recorded', []],
])('web B6 a miss is told: %s', ([, given, reason, changes]) => {
  const miss = explainMiss({ ...facts, ...given })
  expect(miss.reason).toBe(reason)
  expect(miss.changes.map(({ kind, name, before, after }) => `${kind} ${name} ${before} ${after}`)).toEqual(changes)
})
