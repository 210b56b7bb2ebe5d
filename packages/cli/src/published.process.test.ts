import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { version } from './version.ts'

// Installs the packages that users install: both packages built, packed by npm, in an empty
// project. The package `node`, 120 MB, is linked, so that no registry is needed.
const root = fileURLToPath(new URL('../../..', import.meta.url))
const run = promisify(execFile)

let home: string
let project: string
const env = () => ({ PATH: process.env.PATH ?? '', HOME: home })

async function pack(room: string): Promise<string> {
  const built = join(home, 'built', room)
  await run(process.execPath, [join(root, 'packages', room, 'scripts/build.ts'), built])
  const { stdout } = await run('npm', ['pack', '--offline', '--json', '--pack-destination', home, built], {
    env: env(),
  })
  const name = /"filename": "([^"]+\.tgz)"/.exec(stdout)?.[1] ?? ''
  return join(home, name)
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'hm-published-'))
  project = join(home, 'project')
  await mkdir(project)
  const [cli, sdk] = [await pack('cli'), await pack('pipeline')]
  const devDependencies = {
    '@harmont/cli': `file:${cli}`,
    '@harmont/hm': `file:${sdk}`,
    node: `file:${join(root, 'node_modules/node')}`,
  }
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ name: 'example', version: '1.0.0', type: 'module', devDependencies }),
  )
  await run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: project,
    env: env(),
  })
})
afterAll(() => rm(home, { recursive: true, force: true }))

const hm = (...args: string[]) => run(join(project, 'node_modules/.bin/hm'), args, { cwd: project, env: env() })

test('the installed hm prints its version', async () => {
  expect(await hm('--version')).toMatchObject({ stdout: `${version}\n`, stderr: '' })
  expect(await hm('version')).toMatchObject({ stdout: `${version}\n`, stderr: '' })
})

test('the installed hm has its commands, and loads each from the bundle', async () => {
  expect((await hm('help')).stdout).toContain('Usage: hm COMMAND')
  await hm('config', 'set', 'cloud.org', 'acme')
  expect((await hm('config', 'get', 'cloud.org')).stdout).toBe('acme\n')
  expect((await hm('completion', 'bash')).stdout).toContain('complete -F _hm hm')
})

test('the installed hm contains the types for editors of a project that has not installed them', async () => {
  const elsewhere = join(home, 'elsewhere')
  await mkdir(join(elsewhere, '.hm'), { recursive: true })
  await run(join(project, 'node_modules/.bin/hm'), ['init', '--types'], { cwd: elsewhere, env: env() })
  const types = join(elsewhere, '.hm/node_modules/@types/harmont__hm')
  expect(await readFile(join(types, 'toolchains/index.d.ts'), 'utf8')).toContain('go')
})

test('the installed hm renders both languages with its own SDKs', async () => {
  await mkdir(join(project, '.hm'))
  const steps = "sh('true', { label: 'one' })"
  await writeFile(
    join(project, '.hm/ci.ts'),
    `import { pipeline, sh } from '@harmont/hm'\nimport { go } from '@harmont/hm/toolchains'\nexport default { slug: 'ci', pipeline: () => pipeline([${steps}]) }`,
  )
  await writeFile(
    join(project, '.hm/nightly.py'),
    'import harmont as hm\n\n@hm.pipeline("nightly")\ndef nightly():\n    return hm.sh("true", label="one")\n',
  )
  const lib = join(project, 'node_modules/@harmont/cli/lib')
  const out = join(home, 'rendered.json')
  const child = ['--dir', project, '--all', '--out', out]
  const flags = ['--experimental-vm-modules'] // as hm starts it
  await run(process.execPath, [...flags, join(lib, 'render/child.js'), ...child], { cwd: project, env: env() })
  expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({
    errors: [],
    pipelines: [{ slug: 'ci', definition: { graph: { nodes: [{ step: { cmd: 'true' } }] } } }],
  })
  await run('python3', ['-m', 'harmont._render', ...child], {
    cwd: project,
    env: { ...env(), PYTHONPATH: join(lib, 'render/python'), PYTHONDONTWRITEBYTECODE: '1' },
  })
  expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ errors: [], pipelines: [{ slug: 'nightly' }] })
})

test('the installed hm contains the regular expressions of services, which are loaded on demand', async () => {
  const folder = join(home, 'service')
  await mkdir(join(folder, '.hm'), { recursive: true })
  await writeFile(
    join(folder, '.hm/ci.ts'),
    `import { pipeline, service, sh } from '@harmont/hm'
const db = service('db', { image: 'postgres:18', ready: { log: 'ready (to accept' } })
export default { slug: 'ci', pipeline: pipeline(sh('true', { services: db })) }`,
  )
  const validated = run(join(project, 'node_modules/.bin/hm'), ['validate'], { cwd: folder, env: env() })
  const stdout = expect.stringContaining('expected a regular expression in RE2 syntax, got "ready (to accept"')
  await expect(validated).rejects.toMatchObject({ stdout })
})

test('the installed hm contains the proxy client, which is loaded on demand', async () => {
  const asked: (string | undefined)[] = []
  // Proxies respond like this to a name that they refuse.
  const proxy = createServer(({ url }, response) => {
    asked.push(url)
    response.writeHead(403).end()
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  try {
    const { port } = proxy.address() as AddressInfo
    const throughProxy = { ...env(), HM_API_TOKEN: 'of-nobody', HTTP_PROXY: `http://127.0.0.1:${port}` }
    const line = ['org', 'list', '--api-url', 'http://harmont.invalid']
    const listed = run(join(project, 'node_modules/.bin/hm'), line, { cwd: project, env: throughProxy })
    await expect(listed).rejects.toMatchObject({ stderr: expect.stringContaining('403') })
  } finally {
    proxy.close()
  }
  expect(new Set(asked)).toEqual(new Set(['http://harmont.invalid/api/v0/organizations?limit=100']))
})

test('the reader of test reports is in the package', async () => {
  const report = '<testsuite><testcase name="adds"/></testsuite>'
  const header = JSON.stringify({ reports: [{ path: 'junit.xml', length: report.length }], sources: [] })
  const reader = join(project, 'node_modules/@harmont/cli/lib/report-process.js')
  const { stdout } = await run('sh', [
    '-c',
    'printf "%s\\n%s" "$1" "$2" | "$3" "$4"',
    '-',
    header,
    report,
    process.execPath,
    reader,
  ])
  expect(JSON.parse(stdout)).toMatchObject({ cases: [{ name: 'adds', state: 'passed' }] })
})

test('the package depends on Node.js alone, and includes the licences of its bundled code', async () => {
  const folder = join(project, 'node_modules/@harmont/cli')
  const { dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  expect(Object.keys(dependencies)).toEqual(['node'])
  expect(await readFile(join(folder, 'THIRD-PARTY-NOTICES'), 'utf8')).toMatch(/^smol-toml .*BSD-3-Clause/m)
})

test('the installed SDK runs below node_modules, and its types are sound', async () => {
  const program = `import { pipeline, sh } from '@harmont/hm'\nconst made = pipeline([sh('true', { label: 'one' })])\nconsole.log(JSON.stringify(made).includes('true'))\n`
  await writeFile(join(project, 'ci.ts'), program)
  const { stdout } = await run(process.execPath, ['ci.ts'], { cwd: project })
  expect(stdout).toBe('true\n')
  await writeFile(join(project, 'typed.ts'), program.replace(/console.*/, ''))
  await writeFile(join(project, 'wrong.ts'), `import { sh } from '@harmont/hm'\nsh(3)\n`)
  const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2024', types: [] }
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.ts', 'wrong.ts'] }))
  const judged = await run(join(root, 'node_modules/.bin/tsc'), ['-p', project]).catch(
    (error: { stdout: string }) => error,
  )
  expect(judged.stdout.trim().split('\n')).toEqual([expect.stringMatching(/wrong\.ts\(2,4\): error TS2345/)])
})
