import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parsePlan } from '@harmont/ir'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { renderMounts } from './mounts.ts'

const PROGRAM = join(import.meta.dirname, 'main.ts')
let project = ''

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'hm-render-'))
})
afterEach(() => {
  // Some of these projects hold read-only folders, which only root removes as they are.
  execFileSync('chmod', ['-R', 'u+w', project])
  rmSync(project, { recursive: true, force: true })
})

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(project, dirname(path)), { recursive: true })
    writeFileSync(join(project, path), text)
  }
}

/** Runs the real program on the project; gives its exit code, what it printed and the IR when it wrote one. */
function render(slug = 'ci', env: Record<string, string> = {}) {
  const out = join(project, '..', `${project.split('/').at(-1)}.json`)
  const flags = ['--disable-warning=ExperimentalWarning', PROGRAM, '--dir', project, '--slug', slug, '--out', out]
  const { status, stdout, stderr } = spawnSync(process.execPath, flags, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  const text = existsSync(out) ? readFileSync(out, 'utf8') : undefined
  rmSync(out, { force: true })
  return { status, stdout, stderr, text, commands: commandsOf(text ?? '') }
}

function commandsOf(text: string): string[] {
  const result = parsePlan(text)
  return result.ok ? result.plan.steps.map((step) => step.command) : []
}

const CI = `import { sh, pipeline, forever } from '@harmont/hm'
export default { slug: 'ci', name: 'CI', pipeline: () => pipeline([sh('make', { cache: forever() })]) }
`
const one = (slug: string, command: string) => `{ slug: '${slug}', pipeline: async () => pipeline([sh('${command}')]) }`

describe('a project is rendered', () => {
  it('to IR with resolved cache keys, and nothing is written into it', () => {
    write({ '.hm/ci.ts': CI })
    const { status, stderr, text } = render()
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(text ?? '').graph.nodes[0].step.cache.key).toMatch(/^[0-9a-f]{64}$/)
    expect(existsSync(join(project, 'node_modules'))).toBe(false)
    expect(existsSync(join(project, '.hm/node_modules'))).toBe(false)
  })

  it('whatever its files print', () => {
    write({ '.hm/ci.ts': `console.log('{"version":'); process.stdout.write('x'.repeat(100_000))\n${CI}` })
    expect(render()).toMatchObject({ status: 0, commands: ['make'] })
  })

  it('from default and pipelines, one or a list, of every extension, evaluating only the one that was asked for', () => {
    write({
      '.hm/a.ts': `import { sh, pipeline } from '@harmont/hm'\nexport default [${one('a', 'a')}, { slug: 'bad', pipeline() { throw new Error('evaluated') } }]`,
      '.hm/b.mts': `import { sh, pipeline } from '@harmont/hm'\nexport const pipelines = ${one('b', 'b')}; export default ${one('b2', 'b2')}`,
      '.hm/c.js': `import { sh, pipeline } from '@harmont/hm'\nexport const pipelines = [${one('c', 'c')}]`,
      '.hm/d.mjs': `import { sh, pipeline } from '@harmont/hm'\nexport default { slug: 'd', pipeline: pipeline([sh('d')]) }`,
      '.hm/_shared.ts': 'throw new Error("only for import")',
      '.hm/.hidden.ts': 'throw new Error("only for import")',
      '.hm/lib/deep.ts': 'throw new Error("only for import")',
      '.hm/types.d.ts': 'declare const x: string',
      '.hm/config.toml': 'not code',
      'package.json': '{"type":"commonjs"}',
    })
    for (const slug of ['a', 'b', 'b2', 'c', 'd'])
      expect(render(slug)).toMatchObject({ status: 0, stderr: '', commands: [slug] })
  })

  it('with relative imports with .ts, .js or no extension, from .hm and beside it, and TypeScript that must be transformed', () => {
    write({
      '.hm/ci.ts': `import { sh, pipeline } from '@harmont/hm'
import { one } from './_one.ts'
import { two } from './_two.js'
import { three } from '../tools/three'
import { four } from './lib'
import { readFileSync } from 'node:fs'
const five = readFileSync('five.txt', 'utf8').length === 0
export default { slug: 'ci', pipeline: () => pipeline([one, two, three, four, String(five)].map((text) => sh(text))) }`,
      '.hm/_one.ts': 'enum Name { One = "one" }\nexport const one: string = Name.One',
      '.hm/_two.ts': 'export const two: string = "two"',
      'tools/three.ts': 'export const three = "three" as const',
      '.hm/lib/index.ts': 'export const four = "four"',
      'five.txt': '',
    })
    expect(inProject()).toMatchObject({ status: 0, commands: ['one', 'two', 'three', 'four', 'true'] })

    function inProject() {
      const before = process.cwd()
      process.chdir(project)
      try {
        return render()
      } finally {
        process.chdir(before)
      }
    }
  })

  it('with the SDK that the project has installed, where it has one', () => {
    write({
      '.hm/ci.ts': CI,
      'node_modules/@harmont/hm/package.json': '{"name":"@harmont/hm","type":"module","exports":"./index.js"}',
      'node_modules/@harmont/hm/index.js': `export const forever = () => ({ policy: 'none' })
export const sh = () => null
export const pipeline = () => ({ version: '0', steps: [{ type: 'command', key: 'own', cmd: 'own copy' }] })`,
    })
    expect(render()).toMatchObject({ status: 0, commands: ['own copy'] })
  })

  it('with keys over the files of the project, and a warning where onChange matches none', () => {
    const file = (paths: string) => `import { sh, pipeline, onChange } from '@harmont/hm'
export default { slug: 'ci', pipeline: () => pipeline([sh('make', { key: 'a', cache: onChange(${paths}) })]) }`
    const key = () => JSON.parse(render().text ?? '').graph.nodes[0].step.cache.key
    write({ '.hm/ci.ts': file(`'src/**/*.c'`), 'src/deep/a.c': '1' })
    const first = key()
    expect(key()).toBe(first)
    write({ 'src/deep/a.c': '2' })
    expect(key()).not.toBe(first)
    write({ '.hm/ci.ts': file(`'missing', 'x/*'`) })
    expect(render()).toMatchObject({
      status: 0,
      stderr: 'warning: .hm/ci.ts: onChange("missing", "x/*") matches no file.\n',
    })
  })

  it('when another file does not load, with a warning', () => {
    write({ '.hm/a.ts': 'const x: = 1', '.hm/ci.ts': CI })
    const { status, stderr, commands } = render()
    expect({ status, commands }).toEqual({ status: 0, commands: ['make'] })
    expect(stderr).toMatch(/^warning: \.hm\/a\.ts does not load: \.hm\/a\.ts:1: SyntaxError: /)
  })

  it('to a document that does not plan as it is, for its reader to judge', () => {
    write({ '.hm/ci.ts': `export default { slug: 'ci', pipeline: () => ({ version: '0', graph: { nodes: [] } }) }` })
    expect(render('ci').text).toBe('{"version":"0","graph":{"nodes":[]}}')
  })
})

describe('an error is one clear message with the file and line of the pipeline, and no IR', () => {
  const rows: [string, Record<string, string>, RegExp][] = [
    [
      'thrown by the SDK',
      {
        '.hm/ci.ts': `import { sh, pipeline } from '@harmont/hm'\n\nconst bad = sh('')\nexport default { slug: 'ci', pipeline: () => pipeline([bad]) }`,
      },
      /^\.hm\/ci\.ts:3: TypeError: sh: expected a non-empty string, got ""\. Give the step a command\.\n$/,
    ],
    [
      'thrown by a function of the pipeline',
      {
        '.hm/ci.ts': `import { helper } from './_helper.ts'\nexport default {\n  slug: 'ci',\n  pipeline: () => helper(),\n}`,
        '.hm/_helper.ts':
          '\nexport function helper(): never {\n  throw new Error("no helper", { cause: new Error("because") })\n}',
      },
      /^\.hm\/_helper\.ts:3: no helper\n {4}because: because\n {4}from \.hm\/ci\.ts:4\n$/,
    ],
    [
      'thrown in a file that had to be transformed',
      {
        '.hm/ci.ts': `enum A { B = 'b' }\n\n\nexport default { slug: 'ci', pipeline: () => {\n  throw new Error(A.B)\n} }`,
      },
      /^\.hm\/ci\.ts:5: b\n$/,
    ],
    ['of TypeScript syntax', { '.hm/ci.ts': '\nconst a: = 1' }, /^\.hm\/ci\.ts:2: SyntaxError: /],
    ['of JavaScript syntax', { '.hm/ci.mjs': '\n\nconst = 1' }, /^\.hm\/ci\.mjs:3: SyntaxError: /],
    [
      'of syntax in an imported file',
      { '.hm/ci.js': `import './lib/x.js'`, '.hm/lib/x.js': 'let let = 1' },
      /^\.hm\/lib\/x\.js:1: SyntaxError: /,
    ],
    [
      'of an export that the SDK does not have',
      { '.hm/ci.ts': `import { sh } from '@harmont/hm'\nimport { nope } from '@harmont/hm'\nnope(sh)` },
      /^\.hm\/ci\.ts:2: SyntaxError: .*'@harmont\/hm' does not provide an export named 'nope'/,
    ],
    ['of a file that is not there', { '.hm/ci.ts': `import './gone.ts'` }, /^\.hm\/ci\.ts: .*gone\.ts/],
    [
      'of a package, which a server does not have',
      { '.hm/ci.ts': `import lodash from 'lodash'\nlodash()`, 'node_modules/lodash/index.js': '' },
      /^\.hm\/ci\.ts: \.hm\/ci\.ts imports "lodash": expected "@harmont\/hm", a relative file or a module of Node\.js/,
    ],
    [
      'of a file without exports',
      { '.hm/ci.ts': 'const x = 1' },
      /^\.hm\/ci\.ts: TypeError: expected an export "default" or "pipelines", got neither/,
    ],
    [
      'of a wrong slug',
      { '.hm/ci.ts': `export default { slug: 'CI', pipeline: {} }` },
      /^\.hm\/ci\.ts: TypeError: expected \{slug, pipeline\} with a slug like/,
    ],
    [
      'of no result',
      { '.hm/ci.ts': `export default { slug: 'ci', pipeline: () => {} }` },
      /^\.hm\/ci\.ts: TypeError: the pipeline "ci" gave undefined/,
    ],
    [
      'of a text thrown',
      { '.hm/ci.ts': `export default { slug: 'ci', pipeline: () => { throw 'text' } }` },
      /^\.hm\/ci\.ts: threw 'text'\n$/,
    ],
    [
      'of a slug that is there twice',
      {
        '.hm/a.ts': `export default { slug: 'ci', pipeline: {} }`,
        '.hm/b.ts': `export default { slug: 'ci', pipeline: {} }`,
      },
      /^\.hm\/b\.ts: duplicate_slug: "ci" is defined in \.hm\/a\.ts too/,
    ],
    [
      'of a path outside the project',
      {
        '.hm/ci.ts': `import { sh, pipeline, onChange } from '@harmont/hm'\nexport default { slug: 'ci', pipeline: pipeline([sh('x', { cache: onChange('/etc') })]) }`,
      },
      /^\.hm\/ci\.ts:2: TypeError: onChange: expected a path inside the project, got "\/etc"\. It is an absolute path/,
    ],
    [
      'of process.exit(0)',
      { '.hm/ci.ts': 'process.exit(0)' },
      /^\.hm: the program ended before the pipeline "ci" was there/,
    ],
    [
      'of a promise that never comes',
      { '.hm/ci.ts': `export default { slug: 'ci', pipeline: () => new Promise(() => {}) }` },
      /^\.hm: the program ended before the pipeline "ci" was there/,
    ],
    [
      'of a rejection that nobody handles',
      {
        '.hm/ci.ts': `Promise.reject(new Error('lost'))\nexport default { slug: 'ci', pipeline: () => new Promise(() => {}) }`,
      },
      /^\.hm\/ci\.ts:1: lost\n$/,
    ],
    [
      'of a slug that is not there',
      { '.hm/a.ts': CI.replace(`'ci'`, `'lint'`), '.hm/b.ts': CI.replace(`'ci'`, `'test'`) },
      /^\.hm: no pipeline has the slug "ci"\. There are: lint, test\.\n$/,
    ],
    [
      'of a project without pipelines',
      { '.hm/_x.ts': '' },
      /^\.hm: no pipeline has the slug "ci"\. There are no pipelines in \.hm\/\.\n$/,
    ],
    ['of a project without .hm', { 'README.md': '' }, /^\.hm: the project has no directory \.hm/],
  ]
  it.each(rows)('%s', (_, files, message) => {
    write(files)
    const { status, stderr, text } = render()
    expect(stderr).toMatch(message)
    expect({ status, text }).toEqual({ status: 1, text: undefined })
  })
})

describe('what a sandbox needs', () => {
  it('is complete: sources mounted read-only side by side render a project where no node_modules is', () => {
    const root = join(project, 'root')
    const { mounts, command, outputPath } = renderMounts()
    let script = command("it's $HOME")
      .replace(`'it'\\''s $HOME'`, 'ci')
      .replace('/workspace', join(project, 'workspace'))
      .replaceAll(outputPath, root + outputPath)
    for (const { source, target } of mounts) {
      mkdirSync(dirname(root + target), { recursive: true })
      if (source === dirname(process.execPath)) symlinkSync(source, root + target)
      else cpSync(source, root + target, { recursive: true, filter: (file) => !file.endsWith('/node_modules') })
      script = script.replaceAll(target, root + target)
    }
    chmodSync(join(root, 'opt/harmont-render'), 0o555)
    write({ 'workspace/.hm/ci.ts': CI })
    const { status, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env: { HOME: '/nonexistent' } })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(commandsOf(readFileSync(root + outputPath, 'utf8'))).toEqual(['make'])
  })

  it('takes a slug as a text, whatever the shell makes of it', () => {
    write({ '.hm/ci.ts': CI })
    const slug = `x'; touch "${project}/evil" #$(touch "${project}/evil")`
    const words = spawnSync(
      'sh',
      [
        '-c',
        renderMounts()
          .command(slug)
          .replace(/^exec \S+/, `printf '%s\\n'`),
      ],
      { encoding: 'utf8' },
    ).stdout
    expect(words.split('\n')).toContain(slug)
    expect(existsSync(join(project, 'evil'))).toBe(false)
  })
})
