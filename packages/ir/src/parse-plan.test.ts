import { describe, expect, it } from 'vitest'
import { parsePlan } from './parse-plan.ts'
import type { PlanErrorCode, PlannedStep } from './plan.ts'

const MIB = 1024 * 1024

function step(fields: object = {}): object {
  return { key: 'a', cmd: 'make', ...fields }
}
function graph(nodes: unknown, edges: unknown = []): object {
  return { version: '0', graph: { nodes, node_holes: [], edge_property: 'directed', edges } }
}
function oneStep(fields: object): object {
  return graph([{ step: step(fields), env: {} }])
}
function artifact(fields: object): object {
  return oneStep({ artifacts: [{ path: 'x', ...fields }] })
}
function chain(count: number): object {
  const nodes = Array.from({ length: count }, (_, i) => ({ step: { key: `k${i}`, cmd: 'make' } }))
  return graph(
    nodes,
    nodes.slice(1).map((_, i) => [i, i + 1, 'builds_in']),
  )
}
function flat(...steps: unknown[]): object {
  return { version: '0', steps }
}
function command(key: string, fields: object = {}): object {
  return { type: 'command', key, cmd: 'make', ...fields }
}
function nested(levels: number, wrap: (inner: object) => object, innermost: object): object {
  let value = innermost
  for (let i = 0; i < levels; i++) value = wrap(value)
  return value
}
function planOf(document: object): PlannedStep[] {
  const result = parsePlan(JSON.stringify(document))
  if (!result.ok) throw new Error(result.error.message)
  return [...result.plan.steps]
}

type Row = readonly [what: string, document: object | string, code: PlanErrorCode, pointer: string]
const at = (name: string) => `/graph/nodes/0/step/${name}`
const two = [{ step: step() }, { step: step({ key: 'b' }) }]
const many = (count: number, entry: unknown = 'x') => Array.from({ length: count }, () => entry)

const ROWS: readonly Row[] = [
  ['an empty text', '', 'invalid_json', ''],
  ['a text that ends early', '{"version":"0"', 'invalid_json', ''],
  ['8 MiB of open lists', '['.repeat(8 * MIB), 'invalid_json', ''],
  ['bad JSON over the size limit', ' '.repeat(9 * MIB), 'invalid_json', ''],
  ['a document over 8 MiB', ' '.repeat(8 * MIB) + JSON.stringify(oneStep({})), 'invalid_ir', ''],
  ['a list', '[]', 'invalid_ir', ''],
  ['null', 'null', 'invalid_ir', ''],
  ['no version', { graph: { nodes: [] } }, 'bad_version', '/version'],
  ['a number as version', { ...oneStep({}), version: 0 }, 'bad_version', '/version'],
  ['a later version before anything else', { version: '1', graph: { nodes: 7 } }, 'bad_version', '/version'],
  ['a version inherited only', '{"__proto__":{"version":"0"}}', 'bad_version', '/version'],

  ['no nodes member', { version: '0', graph: {} }, 'invalid_ir', '/graph/nodes'],
  ['nodes that are no list', graph({}), 'invalid_ir', '/graph/nodes'],
  ['a node that is no object', graph([1]), 'invalid_ir', '/graph/nodes/0'],
  ['a node without step', graph([{}]), 'invalid_ir', '/graph/nodes/0/step'],
  ['node holes', { version: '0', graph: { nodes: two, node_holes: [1] } }, 'invalid_ir', '/graph/node_holes'],
  [
    'an undirected graph',
    { version: '0', graph: { nodes: two, edge_property: 'undirected' } },
    'invalid_ir',
    '/graph/edge_property',
  ],
  ['edges that are no list', graph(two, {}), 'invalid_ir', '/graph/edges'],
  ['an edge of two', graph(two, [[0, 1]]), 'invalid_ir', '/graph/edges/0'],
  ['an edge from a text', graph(two, [['0', 1, 'builds_in']]), 'invalid_ir', '/graph/edges/0/0'],
  ['an edge to a fraction', graph(two, [[0, 0.5, 'builds_in']]), 'invalid_ir', '/graph/edges/0/1'],
  ['an unknown edge kind', graph(two, [[0, 1, 'needs']]), 'invalid_ir', '/graph/edges/0/2'],

  ['no key', graph([{ step: { cmd: 'make' } }]), 'invalid_ir', at('key')],
  ['an empty key', oneStep({ key: '' }), 'invalid_ir', at('key')],
  ['a key of 256', oneStep({ key: 'k'.repeat(256) }), 'invalid_ir', at('key')],
  ['a key with a tab', oneStep({ key: 'a\tb' }), 'invalid_ir', at('key')],
  ['a key that ends in a space', oneStep({ key: 'a ' }), 'invalid_ir', at('key')],
  ['a key with U+0000', oneStep({ key: 'a\0' }), 'invalid_ir', at('key')],
  ['a key with half a character', oneStep({ key: 'a\ud83d' }), 'invalid_ir', at('key')],
  ['no cmd', graph([{ step: { key: 'a' } }]), 'invalid_ir', at('cmd')],
  ['cmd null', oneStep({ cmd: null }), 'invalid_ir', at('cmd')],
  ['an empty cmd', oneStep({ cmd: '' }), 'invalid_ir', at('cmd')],
  ['a cmd of white space', oneStep({ cmd: ' \n\t' }), 'invalid_ir', at('cmd')],
  ['a cmd with byte 0', oneStep({ cmd: 'a\0b' }), 'invalid_ir', at('cmd')],
  ['a cmd over 1 MiB in UTF-8', oneStep({ cmd: 'é'.repeat(MIB / 2 + 1) }), 'invalid_ir', at('cmd')],
  ['a label of 256', oneStep({ label: 'é'.repeat(256) }), 'invalid_ir', at('label')],
  ['a label that is a number', oneStep({ label: 1 }), 'invalid_ir', at('label')],
  ['an empty image', oneStep({ image: '' }), 'invalid_ir', at('image')],
  ['an image of 513', oneStep({ image: 'i'.repeat(513) }), 'invalid_ir', at('image')],
  ['a default image of 513', { ...oneStep({}), default_image: 'i'.repeat(513) }, 'invalid_ir', '/default_image'],
  ['a step timeout of 0', oneStep({ timeout_seconds: 0 }), 'invalid_ir', at('timeout_seconds')],
  ['a step timeout over a week', oneStep({ timeout_seconds: 604_801 }), 'invalid_ir', at('timeout_seconds')],
  [
    'a step timeout of 1e999',
    JSON.stringify(oneStep({ timeout_seconds: 7 })).replace(':7}', ':1e999}'),
    'invalid_ir',
    at('timeout_seconds'),
  ],
  ['a build timeout of 1.5', { ...oneStep({}), timeout_seconds: 1.5 }, 'invalid_ir', '/timeout_seconds'],
  ['an unknown runner', oneStep({ runner: 'mainframe' }), 'invalid_ir', at('runner')],
  ['runner_args over 16 KiB', oneStep({ runner_args: { x: 'x'.repeat(16 * 1024) } }), 'invalid_ir', at('runner_args')],
  ['continue_on_failure as text', oneStep({ continue_on_failure: 'yes' }), 'invalid_ir', at('continue_on_failure')],

  ['env over 64 KiB', graph([{ step: step(), env: { A: 'x'.repeat(64 * 1024) } }]), 'invalid_ir', '/graph/nodes/0/env'],
  ['an env number', graph([{ step: step(), env: { 'A/B': 1 } }]), 'invalid_ir', '/graph/nodes/0/env/A~1B'],
  ['an empty env name', graph([{ step: step(), env: { '': 'x' } }]), 'invalid_ir', '/graph/nodes/0/env'],
  ['an env name with =', graph([{ step: step(), env: { 'A=B': 'x' } }]), 'invalid_ir', '/graph/nodes/0/env'],
  ['an env name with byte 0', graph([{ step: step(), env: { 'A\0': 'x' } }]), 'invalid_ir', '/graph/nodes/0/env'],
  ['a wrong step env', oneStep({ env: { A: [] } }), 'invalid_ir', at('env/A')],
  ['a secret with a dash', graph([{ step: step(), secrets: { A: 'a-b' } }]), 'invalid_ir', '/graph/nodes/0/secrets/A'],
  [
    'a secret variable of 129',
    graph([{ step: step(), secrets: { [`A${'a'.repeat(128)}`]: 'b' } }]),
    'invalid_ir',
    '/graph/nodes/0/secrets',
  ],
  [
    '101 secrets',
    graph([{ step: step(), secrets: Object.fromEntries(many(101).map((_, i) => [`S${i}`, 's'])) }]),
    'invalid_ir',
    '/graph/nodes/0/secrets',
  ],

  ['cache without policy', oneStep({ cache: { key: 'x' } }), 'invalid_ir', at('cache/policy')],
  ['a policy that is no word', oneStep({ cache: { policy: 3 } }), 'invalid_ir', at('cache/policy')],
  [
    'a ttl of 0',
    oneStep({ cache: { policy: 'ttl', duration_seconds: 0 } }),
    'invalid_ir',
    at('cache/duration_seconds'),
  ],
  [
    'a ttl of text',
    oneStep({ cache: { policy: 'ttl', duration_seconds: '60' } }),
    'invalid_ir',
    at('cache/duration_seconds'),
  ],
  [
    'one path instead of a list',
    oneStep({ cache: { policy: 'on_change', paths: 'a' } }),
    'invalid_ir',
    at('cache/paths'),
  ],
  [
    'a compose of a word',
    oneStep({ cache: { policy: 'compose', sub_policies: ['ttl'] } }),
    'invalid_ir',
    at('cache/sub_policies/0'),
  ],
  [
    'on_change of the parent',
    oneStep({ cache: { policy: 'on_change', paths: ['a', '../b'] } }),
    'invalid_ir',
    at('cache/paths/1'),
  ],
  [
    '1,001 cache paths',
    oneStep({ cache: { policy: 'on_change', paths: many(1001) } }),
    'invalid_ir',
    at('cache/paths'),
  ],
  ['101 env keys', oneStep({ cache: { policy: 'forever', env_keys: many(101) } }), 'invalid_ir', at('cache/env_keys')],
  ['an empty cache key', oneStep({ cache: { policy: 'forever', key: '' } }), 'invalid_ir', at('cache/key')],
  [
    'nine levels of compose',
    oneStep({ cache: nested(9, (inner) => ({ policy: 'compose', sub_policies: [inner] }), { policy: 'none' }) }),
    'invalid_ir',
    at(`cache${'/sub_policies/0'.repeat(8)}/sub_policies`),
  ],

  ['retry without limit', oneStep({ retry: {} }), 'invalid_ir', at('retry/limit')],
  ['retry as a number', oneStep({ retry: 2 }), 'invalid_ir', at('retry')],
  ['a retry limit of 11', oneStep({ retry: { limit: 11 } }), 'invalid_ir', at('retry/limit')],
  [
    'a retry delay of 3,601',
    oneStep({ retry: { limit: 1, delay_seconds: 3601 } }),
    'invalid_ir',
    at('retry/delay_seconds'),
  ],
  [
    'a retry exit code as text',
    oneStep({ retry: { limit: 1, exit_codes: ['1'] } }),
    'invalid_ir',
    at('retry/exit_codes/0'),
  ],
  ['a retry signal as number', oneStep({ retry: { limit: 1, signals: [9] } }), 'invalid_ir', at('retry/signals/0')],
  [
    'an unknown retry reason',
    oneStep({ retry: { limit: 1, reasons: ['bad_luck'] } }),
    'invalid_ir',
    at('retry/reasons/0'),
  ],
  ['soft_fail as text', oneStep({ soft_fail: 'yes' }), 'invalid_ir', at('soft_fail')],
  ['soft_fail of 256', oneStep({ soft_fail: [256] }), 'invalid_ir', at('soft_fail/0')],
  ['half a CPU', oneStep({ resources: { cpu: 0.5 } }), 'invalid_ir', at('resources/cpu')],
  ['no memory', oneStep({ resources: { memory_gb: 0 } }), 'invalid_ir', at('resources/memory_gb')],
  ['an unknown event', oneStep({ if: { event: ['rain'] } }), 'invalid_ir', at('if/event/0')],
  ['a condition that is a text', oneStep({ if: 'main' }), 'invalid_ir', at('if')],
  ['101 globs', oneStep({ if: { branch: many(101) } }), 'invalid_ir', at('if/branch')],
  ['a changed path above the project', oneStep({ if: { changed: '../x' } }), 'invalid_ir', at('if/changed')],
  ['nine levels of not', oneStep({ if: nested(9, (not) => ({ not }), {}) }), 'invalid_ir', at(`if${'/not'.repeat(9)}`)],
  ['a matrix without cell', oneStep({ matrix: { group: 'g' } }), 'invalid_ir', at('matrix/cell')],

  [
    'an artifact outside of the project',
    oneStep({ artifacts: [{ path: '/etc' }] }),
    'invalid_ir',
    at('artifacts/0/path'),
  ],
  ['an artifact kept for no time', artifact({ expires_seconds: 0 }), 'invalid_ir', at('artifacts/0/expires_seconds')],
  [
    'an artifact kept for more than a year',
    artifact({ expires_seconds: 365 * 86_400 + 1 }),
    'invalid_ir',
    at('artifacts/0/expires_seconds'),
  ],
  ['an artifact required perhaps', artifact({ required: 'yes' }), 'invalid_ir', at('artifacts/0/required')],
  ['101 forks of tests', oneStep({ tests: { forks: 101 } }), 'invalid_ir', at('tests/forks')],
  ['a budget of no time', oneStep({ tests: { budget_seconds: 0 } }), 'invalid_ir', at('tests/budget_seconds')],
  ['a budget of two hours', oneStep({ tests: { budget_seconds: 7200 } }), 'invalid_ir', at('tests/budget_seconds')],
  ['an empty command for one test', oneStep({ tests: { rerun: '' } }), 'invalid_ir', at('tests/rerun')],
  ['tests by their name', oneStep({ tests: 'junit.xml' }), 'invalid_ir', at('tests')],
  ['101 artifacts', oneStep({ artifacts: many(101, { path: 'x' }) }), 'invalid_ir', at('artifacts')],
  [
    'a service named like a path',
    oneStep({ services: [{ name: 'a/b', image: 'x' }] }),
    'invalid_ir',
    at('services/0/name'),
  ],
  [
    'a service called localhost',
    oneStep({ services: [{ name: 'localhost', image: 'x' }] }),
    'invalid_ir',
    at('services/0/name'),
  ],
  [
    'a pattern that is not RE2',
    oneStep({ services: [{ name: 'db', image: 'x', ready_log: '(?=a)' }] }),
    'invalid_ir',
    at('services/0/ready_log'),
  ],
  [
    'a pattern that takes long to match',
    oneStep({ services: [{ name: 'db', image: 'x', ready_log: '(?:(a?b?)(b?a?)){200}[cd]$' }] }),
    'invalid_ir',
    at('services/0/ready_log'),
  ],
  [
    'a signal without SIG',
    oneStep({ services: [{ name: 'db', image: 'x', stop: { signal: 'INT' } }] }),
    'invalid_ir',
    at('services/0/stop/signal'),
  ],
  ['17 services', oneStep({ services: many(17, { name: 'db', image: 'postgres' }) }), 'invalid_ir', at('services')],
  [
    'a concurrency limit of 0',
    oneStep({ concurrency: { group: 'g', limit: 0 } }),
    'invalid_ir',
    at('concurrency/limit'),
  ],
  [
    'artifacts kept never',
    oneStep({ artifacts: [{ path: 'x', when: 'never' }] }),
    'invalid_ir',
    at('artifacts/0/when'),
  ],
  [
    'an unknown kind of artifact',
    oneStep({ artifacts: [{ path: 'x', kind: 'zip' }] }),
    'invalid_ir',
    at('artifacts/0/kind'),
  ],
  ['a path as artifact', oneStep({ artifacts: ['dist'] }), 'invalid_ir', at('artifacts/0')],
  ['101 inputs', oneStep({ inputs: many(101, { from: 'a', path: 'x' }) }), 'invalid_ir', at('inputs')],
  [
    'an optional input as text',
    oneStep({ inputs: [{ from: 'a', path: 'x', optional: 'yes' }] }),
    'invalid_ir',
    at('inputs/0/optional'),
  ],
  ['inputs without from', oneStep({ inputs: [{ path: 'x' }] }), 'invalid_ir', at('inputs/0/from')],
  [
    'inputs above the workspace',
    oneStep({ inputs: [{ from: 'a', path: 'x', into: '../y' }] }),
    'invalid_ir',
    at('inputs/0/into'),
  ],
  ['a service without name', oneStep({ services: [{ image: 'x' }] }), 'invalid_ir', at('services/0/name')],
  [
    'a service that is ready on port 0',
    oneStep({ services: [{ name: 'db', image: 'x', ready: { port: 0 } }] }),
    'invalid_ir',
    at('services/0/ready/port'),
  ],
  [
    'a service with a number in its env',
    oneStep({ services: [{ name: 'db', image: 'x', env: { A: 1 } }] }),
    'invalid_ir',
    at('services/0/env/A'),
  ],
  [
    'concurrency over the world',
    oneStep({ concurrency: { group: 'g', limit: 1, scope: 'world' } }),
    'invalid_ir',
    at('concurrency/scope'),
  ],
  ['concurrency without group', oneStep({ concurrency: { limit: 1 } }), 'invalid_ir', at('concurrency/group')],
  [
    'a build group with an unknown placeholder',
    { ...oneStep({}), concurrency: { group: `${'$'}{colour}`, limit: 1 } },
    'invalid_ir',
    '/concurrency/group',
  ],
  [
    'a build group that gives way',
    { ...oneStep({}), concurrency: { group: 'g', limit: 1, when_full: 'give_way' } },
    'invalid_ir',
    '/concurrency/when_full',
  ],
  [
    'a matrix cell of numbers',
    oneStep({ matrix: { group: 'g', cell: { node: 22 } } }),
    'invalid_ir',
    at('matrix/cell/node'),
  ],
  [
    'a build group for nobody',
    { ...oneStep({}), concurrency: { group: 'g', limit: 0 } },
    'invalid_ir',
    '/concurrency/limit',
  ],
  ['a build group without a name', { ...oneStep({}), concurrency: { limit: 1 } }, 'invalid_ir', '/concurrency/group'],

  ['no nodes', graph([]), 'empty_pipeline', '/graph/nodes'],
  ['no steps', flat(), 'empty_pipeline', '/steps'],
  ['no steps member', { version: '0' }, 'empty_pipeline', '/steps'],
  ['only waits', flat({ type: 'wait' }), 'empty_pipeline', '/steps'],
  ['10,001 nodes', chain(10_001), 'invalid_ir', '/graph/nodes'],
  ['200,001 edges', graph(two, many(200_001, [0, 1, 'depends_on'])), 'invalid_ir', '/graph/edges'],
  ['a chain of 1,001', chain(1001), 'invalid_ir', '/graph/nodes/1000/step'],
  ['a key twice', graph([{ step: step() }, { step: step() }]), 'duplicate_key', '/graph/nodes/1/step/key'],
  ['an edge from beyond the nodes', graph(two, [[2, 1, 'depends_on']]), 'unknown_dependency', '/graph/edges/0/0'],
  ['an edge to a negative index', graph(two, [[0, -1, 'depends_on']]), 'unknown_dependency', '/graph/edges/0/1'],
  ['an edge to 1e300', graph(two, [[0, 1e300, 'depends_on']]), 'unknown_dependency', '/graph/edges/0/1'],
  [
    'a second builds_in parent',
    graph(
      [...two, { step: step({ key: 'c' }) }],
      [
        [0, 2, 'builds_in'],
        [1, 2, 'builds_in'],
      ],
    ),
    'invalid_ir',
    '/graph/edges/1',
  ],
  ['a self-edge', graph(two, [[1, 1, 'depends_on']]), 'cycle', '/graph/nodes/1/step'],
  [
    'a cycle',
    graph(two, [
      [1, 0, 'builds_in'],
      [0, 1, 'depends_on'],
    ]),
    'cycle',
    '/graph/nodes/0/step',
  ],

  ['an unknown step type', flat({ type: 'deploy' }), 'invalid_ir', '/steps/0/type'],
  ['a step without type', flat({ key: 'a', cmd: 'make' }), 'invalid_ir', '/steps/0/type'],
  ['a flat step without cmd', flat({ type: 'command', key: 'a' }), 'invalid_ir', '/steps/0/cmd'],
  [
    'a wait that tolerates a text',
    flat({ type: 'wait', continue_on_failure: 'x' }),
    'invalid_ir',
    '/steps/0/continue_on_failure',
  ],
  ['depends_on as a text', flat(command('a'), command('b', { depends_on: 'a' })), 'invalid_ir', '/steps/1/depends_on'],
  ['a key twice in the flat form', flat(command('a'), { type: 'wait' }, command('a')), 'duplicate_key', '/steps/2/key'],
  ['builds_in of no step', flat(command('a', { builds_in: 'x' })), 'unknown_dependency', '/steps/0/builds_in'],
  [
    'depends_on no step',
    flat(command('a'), command('b', { depends_on: ['a', 'x'] })),
    'unknown_dependency',
    '/steps/1/depends_on/1',
  ],
  ['builds_in of itself', flat(command('a', { builds_in: 'a' })), 'cycle', '/steps/0'],
  [
    'a wait between 448 and 447 steps',
    flat(...many(448).map((_, i) => command(`a${i}`)), { type: 'wait' }, ...many(447).map((_, i) => command(`b${i}`))),
    'invalid_ir',
    '/steps',
  ],
  ['a document env over 64 KiB', { ...flat(command('a')), env: { A: 'x'.repeat(65_536) } }, 'invalid_ir', '/env'],
  [
    'a document env that would be copied into gigabytes',
    { ...flat(...many(200).map((_, i) => command(`k${i}`, { env: { B: '' } }))), env: { A: 'x'.repeat(60_000) } },
    'invalid_ir',
    '/steps/139/env',
  ],
]

describe('a bad document is reported with its code and its place', () => {
  it.each(ROWS)('%s', (_, document, code, pointer) => {
    const result = parsePlan(typeof document === 'string' ? document : JSON.stringify(document))
    expect(result.ok).toBe(false)
    if (!result.ok) {
      expect(result.error).toMatchObject({ code, pointer })
      expect(result.error.message).toContain(`${code} at ${code === 'invalid_json' ? 'line' : pointer}`)
    }
  })
})

describe('the message', () => {
  const messageOf = (document: object | string) => {
    const result = parsePlan(typeof document === 'string' ? document : JSON.stringify(document))
    return result.ok ? 'it plans' : result.error.message
  }

  it('names the expected value, the actual value and the fix', () => {
    expect(messageOf(oneStep({ cmd: 7 }))).toBe(
      'invalid_ir at /graph/nodes/0/step/cmd: expected a non-empty string, got 7. Give the step a command.',
    )
  })

  it('reports shape before limits before graph, with the number of further problems', () => {
    const nodes = [{ step: step({ timeout_seconds: 0 }) }, { step: step({ key: 'b', label: 1 }) }]
    expect(messageOf(graph(nodes, [[0, 9, 'builds_in']]))).toBe(
      'invalid_ir at /graph/nodes/1/step/label: expected a string, got 1. Correct its type. There are 2 more problems.',
    )
  })

  it('lists all problems, the reported one first, and at most 20', () => {
    const wrong = parsePlan(
      JSON.stringify(graph([{ step: step({ timeout_seconds: 0 }) }, { step: step({ key: 'b', label: 1 }) }])),
    )
    expect(wrong).toMatchObject({
      error: {
        unlisted: 0,
        problems: [
          { pointer: '/graph/nodes/1/step/label', message: 'expected a string, got 1. Correct its type.' },
          { pointer: '/graph/nodes/0/step/timeout_seconds', message: expect.stringContaining('from 1 to 604,800') },
        ],
      },
    })
    const many = parsePlan(
      JSON.stringify(graph(Array.from({ length: 30 }, (_, at) => ({ step: step({ key: `s${at}`, label: at }) })))),
    )
    if (many.ok) throw new Error('expected it not to plan')
    expect([many.error.problems.length, many.error.unlisted]).toEqual([20, 10])
  })

  it('names limit and value', () => {
    expect(messageOf(oneStep({ timeout_seconds: 700_000 }))).toContain('a whole number from 1 to 604,800, got 700,000.')
    expect(messageOf(chain(1500))).toContain('builds_in chains of at most 1,000 steps, got 1,500 steps.')
  })

  it('names line and column of a JSON syntax error', () => {
    expect(messageOf('{\n  "version": "0",\n  "steps": [}')).toBe(
      'invalid_json at line 3, column 13: expected a value or "]", got "}". Correct the JSON.',
    )
  })

  it('names both places of a duplicate key', () => {
    expect(messageOf(graph([{ step: step() }, { step: step() }]))).toContain(
      '"a", which /graph/nodes/0/step/key has too',
    )
  })

  it('lists the keys on a cycle in running order', () => {
    const steps = flat(
      command('a', { depends_on: ['c'] }),
      command('b', { builds_in: 'a' }),
      command('c', { depends_on: ['b'] }),
    )
    expect(messageOf(steps)).toContain('got the cycle "a" → "b" → "c" → "a".')
  })

  it('contains only storable characters, whatever the document contains', () => {
    const hostile = graph([{ step: step(), env: { [`\ud800\0${'x'.repeat(100_000)}`]: 1 } }])
    expect(messageOf(hostile)).toMatch(/^invalid_ir at \/graph\/nodes\/0\/env: /)
    expect(messageOf(hostile).isWellFormed()).toBe(true)
    expect(messageOf(hostile)).not.toContain('\0')
    expect(messageOf(hostile).length).toBeLessThan(500)
  })
})

describe('a good document', () => {
  it('plans with every default filled in', () => {
    expect(planOf(oneStep({}))).toEqual([
      {
        key: 'a',
        name: 'a',
        command: 'make',
        env: {},
        secrets: {},
        image: 'ubuntu:24.04',
        buildsIn: null,
        dependsOn: [],
        cacheKey: null,
        timeoutSeconds: 3600,
        retry: null,
        softFail: null,
        continueOnFailure: false,
        condition: null,
        resources: { cpu: 2, memoryGb: 4, diskGb: 20 },
      },
    ])
  })

  it('plans every supported field', () => {
    const node = {
      env: { A: 'node', B: 'node' },
      secrets: { TOKEN: 'npm_read' },
      step: step({
        label: ':rocket: Go',
        env: { A: 'step', C: 'step' },
        image: 'node:24',
        cache: { policy: 'forever', key: 'abc' },
        timeout_seconds: 60,
        continue_on_failure: true,
        retry: { limit: 2, delay_seconds: 10, exit_codes: [1, 75], signals: ['SIGKILL'], reasons: ['out_of_memory'] },
        soft_fail: [75],
        if: { branch: 'main', env: { X: ['a*'] }, any: [{ local: true }] },
        resources: { cpu: 8 },
      }),
    }
    expect(planOf({ ...graph([node]), default_image: 'x', timeout_seconds: 5 })).toMatchObject([
      {
        name: ':rocket: Go',
        env: { A: 'node', B: 'node', C: 'step' },
        secrets: { TOKEN: 'npm_read' },
        image: 'node:24',
        cacheKey: 'abc',
        cachePolicy: { policy: 'forever', env_keys: [] },
        timeoutSeconds: 60,
        continueOnFailure: true,
        retry: { limit: 2, delaySeconds: 10, exitCodes: [1, 75], signals: ['SIGKILL'], reasons: ['out_of_memory'] },
        softFail: [75],
        condition: { branch: ['main'], env: { X: ['a*'] }, any: [{ local: true }] },
        resources: { cpu: 8, memoryGb: 4, diskGb: 20 },
      },
    ])
  })

  it('plans the group of a step, with the pipeline as the default scope', () => {
    const planned = (concurrency: object) => planOf(oneStep({ concurrency }))[0]?.concurrency
    expect(planned({ group: 'deploy', limit: 2 })).toEqual({ group: 'deploy', limit: 2, scope: 'pipeline' })
    expect(planned({ group: 'deploy', limit: 1, scope: 'organization' })).toEqual({
      group: 'deploy',
      limit: 1,
      scope: 'organization',
    })
    expect(planOf(oneStep({}))[0]).not.toHaveProperty('concurrency')
  })

  it('plans options for tests, with defaults for absent ones', () => {
    const planned = (tests: object) => planOf(oneStep({ tests }))[0]?.tests
    expect(planned({})).toEqual({ forks: 10, budgetSeconds: 300, rerun: null, quarantine: false })
    expect(planned({ forks: 0, budget_seconds: 60, rerun: 'make one', quarantine: false })).toEqual({
      ...{ forks: 0, budgetSeconds: 60, rerun: 'make one', quarantine: false },
    })
    expect(planOf(oneStep({}))[0]).not.toHaveProperty('tests')
  })

  it('plans the group of the whole build, which queues by default', () => {
    const group = `${'$'}{branch}-${'$'}{event}`
    const planOf = (concurrency: object) => parsePlan(JSON.stringify({ ...oneStep({}), concurrency }))
    expect(planOf({ group, limit: 2 })).toMatchObject({
      plan: { concurrency: { group, limit: 2, whenFull: 'queue' } },
    })
    expect(planOf({ group, limit: 1, when_full: 'cancel_running' })).toMatchObject({
      plan: { concurrency: { group, limit: 1, whenFull: 'cancel_running' } },
    })
  })

  it('treats null as absent and ignores unknown fields with a warning', () => {
    const document = { ...oneStep({ label: null, cache: null, retry: null, artifacts: [], colour: 'red' }), extra: {} }
    const result = parsePlan(JSON.stringify(document))
    expect(result).toMatchObject({ ok: true })
    expect(result.ok && result.plan.warnings).toEqual([
      'Unknown field "extra" at the top of the document is ignored.',
      'Unknown field "colour" at /graph/nodes/0/step is ignored.',
    ])
  })

  it('treats a null variable as absent', () => {
    expect(planOf(graph([{ step: step({ env: { A: 'step' } }), env: { A: null, B: 'b' } }]))[0]?.env).toEqual({
      A: 'step',
      B: 'b',
    })
  })

  it('keeps names like __proto__ and constructor as they are', () => {
    const text =
      '{"version":"0","steps":[{"type":"command","key":"__proto__","cmd":"x","env":{"__proto__":"v","constructor":"w"}},{"type":"command","key":"b","cmd":"x","builds_in":"__proto__"}],"env":{"A":"1"}}'
    const result = parsePlan(text)
    if (!result.ok) throw new Error(result.error.message)
    expect(result.plan.steps[1]?.buildsIn).toBe(0)
    expect(Object.entries(result.plan.steps[0]?.env ?? {})).toEqual([
      ['A', '1'],
      ['__proto__', 'v'],
      ['constructor', 'w'],
    ])
  })

  it('takes the last of duplicate members, like JSON.parse', () => {
    const result = parsePlan('{"version":"1","version":"0","steps":[{"type":"command","key":"a","cmd":"x","cmd":"y"}]}')
    expect(result.ok && result.plan.steps[0]?.command).toBe('y')
  })

  it('counts repeated edges once, and a pair with both kinds of edge as one prerequisite with builds_in', () => {
    const edges = [
      [0, 1, 'depends_on'],
      [0, 1, 'builds_in'],
      [0, 1, 'builds_in'],
      [0, 2, 'depends_on'],
      [0, 2, 'depends_on'],
    ]
    const steps = planOf(graph([...two, { step: step({ key: 'c' }) }], edges))
    expect(steps.map(({ buildsIn, dependsOn }) => ({ buildsIn, dependsOn }))).toEqual([
      { buildsIn: null, dependsOn: [] },
      { buildsIn: 0, dependsOn: [] },
      { buildsIn: null, dependsOn: [0] },
    ])
  })

  it('assigns the default image to roots only and warns of an image on a child', () => {
    const document = {
      ...graph([{ step: step() }, { step: step({ key: 'b', image: 'x' }) }], [[0, 1, 'builds_in']]),
      default_image: 'debian:12',
    }
    const result = parsePlan(JSON.stringify(document))
    if (!result.ok) throw new Error(result.error.message)
    expect(result.plan.steps.map(({ image }) => image)).toEqual(['debian:12', null])
    expect(result.plan.warnings).toEqual([expect.stringContaining('/graph/nodes/1/step/image is ignored')])
  })

  it('never caches a step with policy none, or without a key', () => {
    expect(planOf(oneStep({ cache: { policy: 'none', key: 'x' } }))[0]?.cacheKey).toBeNull()
    expect(planOf(oneStep({ cache: { policy: 'forever' } }))[0]).toMatchObject({
      cacheKey: null,
      cacheRemark: 'The cache has no key, so this step always runs.',
    })
  })

  it.each([
    ['a ttl without a duration', { policy: 'ttl' }, 'The cache policy "ttl" has no `duration_seconds`'],
    ['on_change without paths', { policy: 'on_change', paths: null }, 'The cache policy "on_change" has no `paths`'],
    ['compose without parts', { policy: 'compose' }, 'The cache policy "compose" has no `sub_policies`'],
    [
      'compose of a part that is not whole',
      { policy: 'compose', sub_policies: [{ policy: 'forever' }, { policy: 'ttl' }] },
      'The cache policy "ttl" has no `duration_seconds`',
    ],
    ['an unknown name', { policy: 'weekly', day: 'Monday' }, 'The cache policy "weekly" has no meaning here'],
  ])('takes %s with a remark: with its key, or without one as a step that always runs', (_, cache, lack) => {
    const result = (more: object) => {
      const parsed = parsePlan(JSON.stringify(oneStep({ cache: { ...cache, ...more } })))
      if (!parsed.ok) throw new Error(parsed.error.message)
      return parsed.plan
    }
    const keyed = `${lack}, so its key alone says when this step runs again.`
    expect(result({ key: 'k' }).steps[0]).toMatchObject({ cacheKey: 'k', cacheRemark: keyed })
    expect(result({ key: 'k' }).steps[0]).not.toHaveProperty('cachePolicy')
    expect(result({ key: 'k' }).warnings).toContain(`${keyed} (/graph/nodes/0/step/cache)`)
    const keyless = `${lack}, nor a key, so this step always runs.`
    expect(result({}).steps[0]).toMatchObject({ cacheKey: null, cacheRemark: keyless })
    expect(result({}).warnings).toContain(`${keyless} (/graph/nodes/0/step/cache)`)
  })

  it('keeps the policy of a cached step', () => {
    const parts = [
      { policy: 'ttl', duration_seconds: 60, env_keys: ['A'] },
      { policy: 'on_change', paths: ['go.mod'] },
    ]
    const [step] = planOf(oneStep({ cache: { policy: 'compose', sub_policies: parts, key: 'x' } }))
    expect(step?.cachePolicy).toEqual({ policy: 'compose', sub_policies: parts })
  })

  it('accepts each limit exactly', () => {
    const atLimits = [
      oneStep({
        cmd: 'é'.repeat(MIB / 2),
        key: '😀'.repeat(255),
        label: 'é'.repeat(255),
        image: 'i'.repeat(512),
        timeout_seconds: 604_800,
      }),
      graph([{ step: step(), env: { A: 'x'.repeat(64 * 1024 - 1) } }]),
      oneStep({
        retry: { limit: 10, delay_seconds: 3600 },
        soft_fail: [0, 255],
        runner: 'vm',
        runner_args: { x: 'x'.repeat(16 * 1024 - 8) },
      }),
      oneStep({ cache: nested(8, (inner) => ({ policy: 'compose', sub_policies: [inner] }), { policy: 'none' }) }),
      oneStep({
        cache: { policy: 'on_change', paths: many(1000) },
        if: nested(8, (not) => ({ not }), { branch: many(100) }),
      }),
      chain(1000),
      graph(two, many(200_000, [0, 1, 'depends_on'])),
      flat(
        ...many(400).map((_, i) => command(`a${i}`)),
        { type: 'wait' },
        ...many(500).map((_, i) => command(`b${i}`)),
      ),
    ]
    for (const document of atLimits) expect(parsePlan(JSON.stringify(document))).toMatchObject({ ok: true })
    const exactly = JSON.stringify(oneStep({}))
    expect(parsePlan(exactly + ' '.repeat(8 * MIB - exactly.length))).toMatchObject({ ok: true })
  })
})

it('reads a pool and labels from runner_args and ignores other members and forms', () => {
  const runsOn = (runner_args: unknown) => {
    const result = parsePlan(JSON.stringify(oneStep({ runner_args })))
    if (!result.ok) throw new Error(result.error.message)
    return [result.plan.steps[0]?.runsOn, result.plan.warnings.length]
  }
  expect(runsOn({ pool: 'gpu', labels: ['cuda', 'big', 'cuda'], x: 1 })).toEqual([
    { pool: 'gpu', labels: ['big', 'cuda'] },
    0,
  ])
  expect(runsOn({ labels: ['a'] })).toEqual([{ pool: null, labels: ['a'] }, 0])
  expect(runsOn({ b: 1 })).toEqual([undefined, 0])
  expect(runsOn({ pool: 7, labels: 'a' })).toEqual([undefined, 2])
  expect(runsOn({ pool: 'a', labels: ['b', ''] })).toEqual([{ pool: 'a', labels: [] }, 1])
})
