/**
 * Both SDKs refuse the same calls with the same sentences, each in the spelling of its language.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of the server
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import * as typescript from '@harmont/hm'
import { beforeAll, describe, expect, it } from 'vitest'

type Options = Readonly<Record<string, unknown>>
/** A call in the spelling of Python: its name, its arguments in order, its named arguments. */
type Call = readonly [name: string, values: readonly unknown[], options?: Options]

// Placeholders for values that JSON cannot hold.
const [step, wait, scratch, appended] = ['<step>', '<wait>', '<scratch>', '<appended>']
const option = (name: string, value: unknown): Call => ['sh', ['x'], { [name]: value }]
const calls: readonly Call[] = [
  ['sh', ['  ']],
  ['sh', ['a\0']],
  ['sh', ['x'.repeat(2 * 1024 * 1024)]],
  option('labl', 'y'),
  option('label', 'x'.repeat(256)),
  option('label', ['a']),
  option('key', ' k'),
  option('cwd', ''),
  option('image', 'a\nb'),
  option('env', { A: ['b'] }),
  option('env', { 'A=': 1 }),
  option('env', 'A=1'),
  option('timeout', '90'),
  option('timeout', '1h1d'),
  option('timeout', 0),
  option('timeout', '8d'),
  option('retry', 0),
  option('retry', { limit: 1, attempts: 2 }),
  option('retry', { limit: 1, delay: '2h' }),
  option('retry', { limit: 1, exit_codes: [256] }),
  option('retry', { limit: 1, signals: ['KILL'] }),
  option('retry', { limit: 1, reasons: ['bad_luck'] }),
  option('soft_fail', 'yes'),
  option('soft_fail', [-1]),
  option('continue_on_failure', 1),
  option('when', { brunch: 'main' }),
  option('when', { local: 1 }),
  option('when', { event: 'merge' }),
  option('when', { base_branch: [''] }),
  option('when', { any: [{ not: { changed: '../x' } }] }),
  option('when', { env: { A: 1 } }),
  option('cache', 'forever'),
  option('depends_on', scratch),
  option('depends_on', wait),
  option('depends_on', ['a']),
  option('resources', { cpu: 0 }),
  option('resources', { memory_gb: 1.5 }),
  option('secrets', ['1A']),
  option('secrets', { A: 'b c' }),
  option('concurrency', { limit: 1 }),
  option('concurrency', { group: 'a', limit: 0 }),
  option('concurrency', { group: 'a', scope: 'all' }),
  option('artifacts', '../x'),
  option('artifacts', { path: 'a', kind: 'html' }),
  option('artifacts', new Array(101).fill('a')),
  option('inputs', { from: wait, path: 'a' }),
  option('services', { name: 'a' }),
  option('services', { name: 'a', image: 'b', ready: { port: 65_536 } }),
  option('services', { name: 'a', image: 'b', ready: { port: 1, timeout: 'soon' } }),
  option('append', true),
  option('append', { max: 1001 }),
  option('append', { secret: [] }),
  option('append', { secrets: ['a b'] }),
  option('append', { id_tokens: [''] }),
  option('append', { egress: 'observe' }),
  option('id_tokens', ['A']),
  option('id_tokens', { 'A-B': 'x' }),
  option('id_tokens', { A: 'x'.repeat(256) }),
  option('id_tokens', { A: ' x' }),
  option('id_tokens', Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`T${index}`, 'x']))),
  option('egress', 'all'),
  option('egress', ['https://a.b']),
  option('egress', ['1.2.3.4']),
  option('egress', ['a.b:65536']),
  option('egress', new Array(101).fill('a.b')),
  option('runner', 'podman'),
  option('runner_args', { a: 'x'.repeat(16_384) }),
  ['timeout', ['1m', wait]],
  ['timeout', ['1m', scratch]],
  ['scratch', [], { image: '' }],
  ['retry', [11]],
  ['retry', [1], { signals: 'KILL' }],
  ['files_from', [wait, 'a']],
  ['files_from', [step, '/a']],
  ['any_of', []],
  ['all_of', [{ branch: '' }]],
  ['not_', [{ local: 'yes' }]],
  ['ttl', ['1w']],
  ['on_change', []],
  ['on_change', ['/a']],
  ['compose', [{}]],
  ['forever', [], { env_keys: [''] }],
  ['pipeline', [[]]],
  ['pipeline', [[wait, scratch]]],
  ['pipeline', [['make']]],
  ['pipeline', [[appended]]],
  ['pipeline', [[step]], { timeout: 'soon' }],
  ['pipeline', [[step]], { retry: 0 }],
  ['pipeline', [[step]], { secrets: [1] }],
  ['pipeline', [[step]], { concurrency: { group: 'a' }, cancel_superseded: true }],
  ['pipeline', [[step]], { concurrency: { group: 'a-${brnach}' } }],
  ['push', [], { branch: [] }],
  ['push', [], { branch: 'a', paths: '!/b' }],
  ['pull_request', [], { types: [] }],
  ['pull_request', [], { types: ['merged'] }],
  ['schedule', ['* * * * *']],
  ['schedule', ['0 3 * *']],
  ['apt_base', [], { packages: [] }],
  ['matrix', [{}]],
  ['matrix', [{ a: [] }]],
  ['matrix', [{ a: [{}] }]],
  ['matrix', [{ name: ['a'] }]],
  ['matrix', [{ a: Array.from({ length: 1001 }, (_, index) => index) }]],
  ['matrix', [{ a: [1] }, 'x']],
  ['split', [0], { files: 'test' }],
  ['split', [101], { files: 'test' }],
  ['split', [2], { files: '../test' }],
  ['split', [2], { files: 1 }],
  ['split', [2], { files: 'test' }],
  ['group', [['x']]],
]

const camel = (name: string) =>
  name === 'not_' ? 'not' : name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
/** A sentence of TypeScript in the spelling of Python. */
const snake = (text: string) =>
  text
    .replace(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, (word) => word.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
    .replace('none()', 'CacheNone()')
    .replace(/^not\b/, 'not_')

/** A value in the spelling of TypeScript. Names of variables stay. */
function spelt(value: unknown): unknown {
  if (value === step) return typescript.sh('make')
  if (value === wait) return typescript.wait()
  if (value === scratch) return typescript.scratch()
  if (value === appended) return typescript.sh('make', { append: {} }).appended()
  if (Array.isArray(value)) return value.map(spelt)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [camel(name), spelt(entry)]))
}

function messageOfTypeScript([name, values, options]: Call): string {
  const callee: unknown = Reflect.get(typescript, camel(name))
  if (typeof callee !== 'function') throw new Error(`the SDK has no ${camel(name)}`)
  try {
    Reflect.apply(callee, undefined, [...values, ...(options === undefined ? [] : [options])].map(spelt))
  } catch (error) {
    if (error instanceof TypeError) return error.message
    throw error
  }
  return 'nothing is wrong'
}

const program = `
import json, sys, harmont as hm

def spelt(value):
    if value == "<appended>":
        return hm.sh("make", append={}).appended()
    if isinstance(value, str) and value in ("<step>", "<wait>", "<scratch>"):
        return {"<step>": lambda: hm.sh("make"), "<wait>": hm.wait, "<scratch>": hm.scratch}[value]()
    if isinstance(value, list):
        return [spelt(entry) for entry in value]
    return {name: spelt(entry) for name, entry in value.items()} if isinstance(value, dict) else value

def message(name, values, options={}):
    try:
        getattr(hm, name)(*spelt(values), **spelt(options))
    except hm.WrongUse as error:
        return str(error)
    return "nothing is wrong"

print(json.dumps([message(*call) for call in json.load(sys.stdin)]))
`

describe('both SDKs refuse a wrong call with the same sentence', () => {
  let python: readonly string[] = []
  beforeAll(() => {
    const PYTHONPATH = join(import.meta.dirname, '../packages/pipeline-python/src')
    const env = { ...process.env, PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1' }
    python = JSON.parse(
      execFileSync('python3', ['-c', program], { env, input: JSON.stringify(calls), encoding: 'utf8' }),
    )
  })

  it.each(calls.map((call, index) => [JSON.stringify(call).slice(0, 80), call, index] as const))(
    '%s',
    (_, call, index) => {
      const message = messageOfTypeScript(call)
      expect(message).toMatch(/^[a-z][A-Za-z]*(, .*)?: expected .*, got .*\. [A-Z].*\.$/)
      expect(python[index]).toBe(snake(message))
    },
  )
})
