import { existsSync } from 'node:fs'
import process from 'node:process'
import { parsePlan } from '@harmont/ir'
import { sharedCompiled } from '@harmont/outside/shared-compiled'
import { readSourceSet } from '@harmont/source-set'
import { describe, expect, it } from 'vitest'
import { newProject, write } from './project.test-support.ts'
import { renderPipeline } from './render-pipeline.ts'

/** Renders the pipeline `ci` of a new project with these files. */
async function render(project: string, slug = 'ci', env: Record<string, string> = {}) {
  const rendered = await renderPipeline({
    project,
    slug,
    context: null,
    env: { ...process.env, ...env },
    cacheDirectory: sharedCompiled,
    sourceSet: () => readSourceSet(project),
  })
  const { ok, output } = rendered
  if (!rendered.ok)
    return { ok, output, message: rendered.message, failure: rendered, warnings: [], text: '', commands: [] }
  const { json, warnings } = rendered
  return { ok, output, message: '', failure: null, warnings, text: json, commands: commandsOf(json) }
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
  it('to IR with resolved cache keys, and stays unchanged', async () => {
    const project = newProject({ '.hm/ci.ts': CI })
    const { ok, output, text } = await render(project)
    expect({ ok, output }).toEqual({ ok: true, output: '' })
    expect(JSON.parse(text).graph.nodes[0].step.cache.key).toMatch(/^[0-9a-f]{64}$/)
    expect(existsSync(`${project}/node_modules`)).toBe(false)
    expect(existsSync(`${project}/.hm/node_modules`)).toBe(false)
  })

  it('whatever its files print', async () => {
    const project = newProject({
      '.hm/ci.ts': `console.log('{"version":'); process.stdout.write('x'.repeat(100_000))\n${CI}`,
    })
    expect(await render(project)).toMatchObject({ ok: true, commands: ['make'] })
  })

  it('from the exports `default` and `pipelines`, one or a list, with every extension, evaluating only the requested pipeline', async () => {
    const project = newProject({
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
      expect(await render(project, slug)).toMatchObject({ ok: true, warnings: [], commands: [slug] })
  })

  it('with relative imports with .ts, .js or no extension, from .hm and beside it, and TypeScript that must be transformed', async () => {
    const project = newProject({
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
    expect(await render(project)).toMatchObject({ ok: true, commands: ['one', 'two', 'three', 'four', 'true'] })
  })

  it('with the SDK that the project has installed, if any', async () => {
    const project = newProject({
      '.hm/ci.ts': CI,
      'node_modules/@harmont/hm/package.json': '{"name":"@harmont/hm","type":"module","exports":"./index.js"}',
      'node_modules/@harmont/hm/index.js': `export const forever = () => ({ policy: 'none' })
export const sh = () => null
export const pipeline = () => ({ version: '0', steps: [{ type: 'command', key: 'own', cmd: 'own copy' }] })`,
    })
    expect(await render(project)).toMatchObject({ ok: true, commands: ['own copy'] })
  })

  it('with keys over the files of the project, and a warning where onChange matches none', async () => {
    const file = (paths: string) => `import { sh, pipeline, onChange } from '@harmont/hm'
export default { slug: 'ci', pipeline: () => pipeline([sh('make', { key: 'a', cache: onChange(${paths}) })]) }`
    const project = newProject({ '.hm/ci.ts': file(`'src/**/*.c'`), 'src/deep/a.c': '1' })
    const key = async () => JSON.parse((await render(project)).text).graph.nodes[0].step.cache.key
    const first = await key()
    expect(await key()).toBe(first)
    write(project, { 'src/deep/a.c': '2' })
    expect(await key()).not.toBe(first)
    write(project, { '.hm/ci.ts': file(`'missing', 'x/*'`) })
    expect(await render(project)).toMatchObject({
      ok: true,
      warnings: ['.hm/ci.ts: onChange("missing", "x/*") matches no file.'],
    })
  })

  it('with a warning if another file does not load', async () => {
    const project = newProject({ '.hm/a.ts': 'const x: = 1', '.hm/ci.ts': CI })
    const { ok, warnings, commands } = await render(project)
    expect({ ok, commands }).toEqual({ ok: true, commands: ['make'] })
    expect(warnings).toContainEqual(expect.stringMatching(/^does not load: \.hm\/a\.ts:1: SyntaxError: /))
  })

  it('to an invalid document, which the caller checks', async () => {
    const project = newProject({
      '.hm/ci.ts': `export default { slug: 'ci', pipeline: () => ({ version: '0', graph: { nodes: [] } }) }`,
    })
    expect((await render(project)).text).toBe('{"version":"0","graph":{"nodes":[]}}')
  })
})

describe('an error is one clear message with the file and line of the pipeline, and no IR', () => {
  const rows: [string, Record<string, string>, RegExp][] = [
    [
      'thrown by the SDK',
      {
        '.hm/ci.ts': `import { sh, pipeline } from '@harmont/hm'\n\nconst bad = sh('')\nexport default { slug: 'ci', pipeline: () => pipeline([bad]) }`,
      },
      /^\.hm\/ci\.ts:3: sh: expected a non-empty string, got ""\. Give the step a command\.$/,
    ],
    [
      'thrown by a function of the pipeline',
      {
        '.hm/ci.ts': `import { helper } from './_helper.ts'\nexport default {\n  slug: 'ci',\n  pipeline: () => helper(),\n}`,
        '.hm/_helper.ts':
          '\nexport function helper(): never {\n  throw new Error("no helper", { cause: new Error("because") })\n}',
      },
      /^\.hm\/_helper\.ts:3: no helper\n {4}because: because\n {4}from \.hm\/ci\.ts:4$/,
    ],
    [
      'thrown in a file that had to be transformed',
      {
        '.hm/ci.ts': `enum A { B = 'b' }\n\n\nexport default { slug: 'ci', pipeline: () => {\n  throw new Error(A.B)\n} }`,
      },
      /^\.hm\/ci\.ts:5: b$/,
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
      /^\.hm\/ci\.ts: \.hm\/ci\.ts imports "lodash": expected "@harmont\/hm", a relative file, a package of this workspace or a module of Node\.js/,
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
      /^\.hm\/ci\.ts: TypeError: the pipeline "ci" returned undefined/,
    ],
    [
      'of a text thrown',
      { '.hm/ci.ts': `export default { slug: 'ci', pipeline: () => { throw 'text' } }` },
      /^\.hm\/ci\.ts: threw 'text'$/,
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
      /^\.hm\/ci\.ts:2: onChange: expected a path inside the project, got "\/etc"\. It is an absolute path/,
    ],
    [
      'of process.exit(0)',
      { '.hm/ci.ts': 'process.exit(0)' },
      /^\.hm\/ci\.ts:1: process\.exit\(0\) was called\. A pipeline file must run to its end\.$/,
    ],
    [
      'of a promise that never comes',
      { '.hm/ci.ts': `export default { slug: 'ci', pipeline: () => new Promise(() => {}) }` },
      /^\.hm: the program ended before it returned pipelines\./,
    ],
    [
      'of a rejection that nobody handles',
      {
        '.hm/ci.ts': `Promise.reject(new Error('lost'))\nexport default { slug: 'ci', pipeline: () => new Promise(() => {}) }`,
      },
      /^\.hm\/ci\.ts:1: lost$/,
    ],
    [
      'of a slug that is not there',
      { '.hm/a.ts': CI.replace(`'ci'`, `'lint'`), '.hm/b.ts': CI.replace(`'ci'`, `'test'`) },
      /^\.hm: no pipeline has the slug "ci"\. There are: lint, test\.$/,
    ],
    [
      'of a project without pipelines',
      { '.hm/_x.ts': '' },
      /^\.hm: no pipeline has the slug "ci"\. There are no pipelines in \.hm\/\.$/,
    ],
    ['of a project without .hm', { 'README.md': '' }, /^\.hm: the project has no \.hm directory/],
  ]
  it.each(rows)('%s', async (_, files, message) => {
    const rendered = await render(newProject(files))
    expect(rendered).toMatchObject({ ok: false, message: expect.stringMatching(message) })
  })
})
