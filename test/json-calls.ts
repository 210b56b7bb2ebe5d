/** Lines of every command of `hm`, for the test of what they print with `--json`. */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { Document } from '../packages/cli/scripts/json/documents.ts'
import { withDefinitions } from '../packages/cli/scripts/json/shapes.ts'
import type { CommandName } from '../packages/cli/src/specs/index.ts'

/** A schema that allows no member that it does not name, except in what a server answers. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const made = Object.fromEntries(
    Object.entries(schema).map(([name, part]) => [name, name === '$defs' ? part : closed(part)]),
  )
  return 'properties' in made && made.additionalProperties === undefined
    ? { ...made, additionalProperties: false }
    : made
}

const ajv = new Ajv2020({ strict: false, allowUnionTypes: true })
formats.default(ajv)

/** Returns the faults of a command's output, and its first document. */
export function judge(
  { schema, isLines }: Document,
  output: string,
): { readonly problems: string[]; readonly first: unknown } {
  const validate = ajv.compile(closed(withDefinitions(schema)) as object)
  const texts = isLines ? output.split('\n').filter((line) => line !== '') : [output]
  try {
    const parsed = texts.map((text) => JSON.parse(text) as unknown)
    const wrong = parsed.filter((document) => !validate(document))
    const [first] = wrong
    if (parsed.length === 0 || first === undefined)
      return { problems: parsed.length === 0 ? ['it printed nothing'] : [], first: parsed[0] }
    validate(first)
    return { problems: [`${ajv.errorsText(validate.errors)} in ${JSON.stringify(first).slice(0, 1500)}`], first }
  } catch (error) {
    return { problems: [`${error} in ${output.slice(0, 500)}`], first: undefined }
  }
}

export interface Call {
  readonly line: readonly string[]
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  readonly code?: number
  /** Ctrl-C comes when it has printed this. */
  readonly until?: string
}

const initialize = `${JSON.stringify({
  ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
})}\n`
const ir = JSON.stringify({ version: '0', steps: [{ type: 'command', key: 'a', cmd: 'true', image: 'host' }] })
const onServer = ['-p', 'judged']
const firstBuild = ['-b', '1', ...onServer]

/** Makes a project whose only pipeline fails in the middle, with a report of tests. */
export function makeJudgedProject(directory: string): void {
  mkdirSync(join(directory, '.hm'), { recursive: true })
  symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(directory, 'node_modules'))
  writeFileSync(join(directory, '.gitignore'), 'node_modules\n')
  writeFileSync(
    join(directory, 'report.xml'),
    '<testsuite><testcase classname="cart" name="rounds"><failure message="expected 2, got 1">expected 2, got 1\n at f (/workspace/src/cart.ts:7:3)</failure></testcase><testcase classname="cart" name="adds"/></testsuite>',
  )
  mkdirSync(join(directory, 'src'))
  writeFileSync(join(directory, 'src/cart.ts'), '\n'.repeat(9))
  writeFileSync(
    join(directory, '.hm/judged.ts'),
    `import { forever, pipeline, sh } from '@harmont/hm'
const deps = sh('echo deps', { key: 'deps', image: 'host', cache: forever() })
export default { slug: 'judged', pipeline: () => pipeline([
  deps.sh('cp report.xml junit.xml; seq 300; echo kept >notes.txt; echo sum >$HARMONT_OUTPUT/summary.md; exit 1',
    { key: 'unit', tests: { report: 'junit.xml', forks: 0 }, artifacts: { path: 'notes.txt', when: 'always' } })
    .sh('true', { key: 'after' })]) }
`,
  )
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', directory, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args])
  git('init', '-q', '-b', 'main')
  git('remote', 'add', 'origin', 'git@github.com:acme/judged.git')
  git('add', '.')
  git('commit', '-q', '-m', 'the first commit')
}

interface Place {
  /** An empty directory. */
  readonly home: string
  readonly token: string
  /** Returns the first document that a command of the list before has printed. */
  readonly seen: (name: CommandName) => unknown
}

/**
 * Returns lines of each command, in an order in which each finds what it needs. A command without
 * one does not compile.
 */
export function callsOf({
  home,
  token,
  seen,
}: Place): Readonly<Record<Exclude<CommandName, '__complete'>, readonly (() => Call)[]>> {
  const notification = () =>
    (seen('notification add') as { readonly notification: { readonly id: string } }).notification.id
  const call =
    (line: readonly string[], more: Omit<Call, 'line'> = {}) =>
    () => ({ line, ...more })
  const place = (name: string) => join(home, name)
  // Unique, because all tests of this machine share their images.
  const image = `tiny-${randomUUID()}`
  const own = { HOME: place('own'), HM_API_TOKEN: '' }
  mkdirSync(own.HOME)
  mkdirSync(place('other'))
  mkdirSync(place('root/etc'), { recursive: true })
  execFileSync('tar', ['-C', place('root'), '-cf', place('image.tar'), 'etc'])
  return {
    version: [call(['version'])],
    help: [call(['help']), call(['help', 'run'])],
    completion: [call(['completion', 'bash'])],
    'plugin list': [call(['plugin', 'list'])],
    'config set': [call(['config', 'set', 'preferences.auto_watch', 'true'])],
    'config get': [call(['config', 'get', 'cloud.org'])],
    'config list': [call(['config', 'list'])],
    'config path': [call(['config', 'path'])],
    init: [call(['init', '-d', place('other'), '-t', 'generic'])],
    doctor: [call(['doctor'])],
    validate: [call(['validate'])],
    graph: [call(['graph'])],
    render: [call(['render', 'judged']), call(['render', 'judged', '--check'])],
    pipelines: [call(['pipelines'])],
    run: [
      call(['run', '--dry-run']),
      call(['run'], { code: 1 }),
      call(['run', '--cloud', '--dry-run']),
      call(['run', '--cloud'], { code: 1 }),
    ],
    watch: [call(['watch'], { until: '"kind":"build_end"', code: 130 })],
    'build watch': [call(['build', 'watch', '1', ...onServer], { code: 1 })],
    status: [call(['status']), call(['status', '1', ...onServer])],
    history: [call(['history'])],
    why: [call(['why']), call(['why', '1', ...onServer])],
    test: [call(['test']), call(['test', '1', ...onServer]), call(['test', '--history', 'rounds', ...onServer])],
    logs: [call(['logs']), call(['logs', '1', 'unit', ...onServer])],
    flaky: [call(['flaky', 'unit', '--forks', '1'])],
    exec: [call(['exec', 'unit', 'echo', 'hi'])],
    shell: [call(['shell', '--cmd', 'echo out; echo err >&2; exit 3'], { code: 3 })],
    'artifact list': [call(['artifact', 'list']), call(['artifact', 'list', ...firstBuild])],
    'artifact get': [
      call(['artifact', 'get', '-o', place('out')]),
      call(['artifact', 'get', '-o', place('far'), ...firstBuild]),
    ],
    'cache explain': [call(['cache', 'explain', 'deps']), call(['cache', 'explain', 'deps', ...firstBuild])],
    'cache ls': [call(['cache', 'ls'])],
    'cache du': [call(['cache', 'du'])],
    'cache save': [call(['cache', 'save', place('saved')])],
    'cache restore': [call(['cache', 'restore', place('saved')])],
    'cache clean': [call(['cache', 'clean'])],
    'image list': [call(['image', 'list'])],
    'image pull': [call(['image', 'pull', 'host'])],
    'image import': [call(['image', 'import', place('image.tar'), image])],
    'image rm': [call(['image', 'rm', image])],
    retry: [call(['retry', '1', ...onServer, '--detach'])],
    rebuild: [call(['rebuild', '1', ...onServer, '--detach'])],
    cancel: [call(['cancel', '1', ...onServer, '--yes']), call(['cancel', '2', ...onServer, '--yes'])],
    whoami: [call(['whoami'])],
    'org list': [call(['org', 'list'])],
    'org show': [call(['org', 'show'])],
    'org set': [call(['org', 'set', '--egress', 'registry.npmjs.org']), call(['org', 'set', '--any-egress'])],
    'org switch': [call(['org', 'switch', 'default'])],
    'pipeline create': [call(['pipeline', 'create', 'made', '--repository', 'https://example.com/acme/made.git'])],
    'pipeline list': [call(['pipeline', 'list'])],
    'pipeline show': [call(['pipeline', 'show', 'judged'])],
    'pipeline append': [call(['pipeline', 'append', '-'], { input: ir, env: { HARMONT_OUTPUT: place('output') } })],
    'pipeline set': [call(['pipeline', 'set', 'judged', '--cache-share', 'no'])],
    'build list': [call(['build', 'list', ...onServer])],
    'build show': [call(['build', 'show', '1', ...onServer])],
    'build open': [call(['build', 'open', '1', ...onServer])],
    'build create': [call(['build', 'create', '--ir', '-', ...onServer, '--detach'], { input: ir })],
    'cloud run': [call(['cloud', 'run', 'judged', '--plan-file', '-', '--detach'], { input: ir })],
    'job list': [call(['job', 'list', ...firstBuild])],
    'job show': [call(['job', 'show', 'unit', ...firstBuild])],
    'job log': [call(['job', 'log', 'unit', ...firstBuild])],
    'secret set': [
      call(['secret', 'set', 'KEY'], { input: 'value' }),
      call(['secret', 'set', 'KEY', '--pipeline', 'judged'], { input: 'value' }),
    ],
    'secret list': [call(['secret', 'list'])],
    'secret rm': [call(['secret', 'rm', 'KEY'])],
    'notification add': [call(['notification', 'add', 'webhook', 'https://hooks.invalid/x'])],
    'notification list': [call(['notification', 'list'])],
    'notification test': [() => ({ line: ['notification', 'test', notification()] })],
    'notification deliveries': [() => ({ line: ['notification', 'deliveries', notification()] })],
    'notification replay': [
      () => {
        const { id } = seen('notification test') as { readonly id: string }
        return { line: ['notification', 'replay', notification(), id] }
      },
    ],
    'notification rm': [() => ({ line: ['notification', 'rm', notification()] })],
    'registry set': [call(['registry', 'set', 'quay.io', '--username', 'bot'], { input: 'value' })],
    'registry list': [call(['registry', 'list'])],
    'registry rm': [call(['registry', 'rm', 'quay.io'])],
    'token create': [call(['token', 'create', 'for a program'])],
    'token list': [call(['token', 'list'])],
    'token revoke': [
      () => ({
        line: [
          'token',
          'revoke',
          (seen('token create') as { readonly api_token: { readonly id: string } }).api_token.id,
        ],
      }),
    ],
    'billing balance': [call(['billing', 'balance'])],
    'billing redeem': [call(['billing', 'redeem', 'WELCOME'])],
    'billing transactions': [call(['billing', 'transactions'])],
    'billing usage': [call(['billing', 'usage'])],
    'billing topup': [call(['billing', 'topup', '25'])],
    login: [() => ({ line: ['login', '--token'], input: token, env: own })],
    logout: [() => ({ line: ['logout', '--local-only'], env: own })],
    mcp: [call(['mcp'], { input: initialize })],
  }
}
