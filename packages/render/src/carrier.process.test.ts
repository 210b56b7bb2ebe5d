import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { conditionHolds, parsePlan } from '@harmont/ir'
import { afterEach, expect, test } from 'vitest'
import { type Discovered, everyPipeline, readCarried } from './carrier.ts'

const program = join(import.meta.dirname, 'sandbox/main.ts')
const projects: string[] = []
afterEach(() => {
  for (const project of projects.splice(0)) rmSync(project, { recursive: true })
})

/** Renders all pipelines of a project with these files, using the real program. */
function discover(files: Readonly<Record<string, string>>): { found: Discovered | null; stderr: string } {
  const project = mkdtempSync(join(tmpdir(), 'hm-envelope-'))
  projects.push(project)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(project, dirname(path)), { recursive: true })
    writeFileSync(join(project, path), text)
  }
  const out = join(project, 'out.json')
  const flags = [
    '--disable-warning=ExperimentalWarning',
    program,
    '--dir',
    project,
    '--slug',
    everyPipeline,
    '--out',
    out,
  ]
  const { status, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8' })
  if (status !== 0) return { found: null, stderr }
  const planned = parsePlan(readFileSync(out, 'utf8'))
  if (!planned.ok) throw new Error(planned.error.message)
  const [step] = planned.plan.steps
  const facts = { event: 'push', branch: 'main', baseBranch: null, tag: null, changed: null, env: {}, local: false }
  expect(conditionHolds(step?.condition ?? null, facts), 'no server runs what carries').toBe(false)
  return { found: readCarried(step?.command ?? ''), stderr }
}

const head = `import { sh, pipeline } from '@harmont/hm'\n`
const good = (slug: string, more = '') => `{ slug: '${slug}', ${more} pipeline: () => pipeline([sh('true')]) }`

test('lists every pipeline of every file, with the settings in the code', () => {
  const { found } = discover({
    '.hm/a.ts': `${head}console.log('{"pipelines":')\nexport default [${good('ci', "name: 'The CI', triggers: [{ event: 'push', branches: ['main'] }],")}, ${good('nightly', 'allowManual: false,')}]`,
    '.hm/b.mjs': `${head}export const pipelines = ${good('docs')}`,
    '.hm/c.py': `import harmont as hm\n\n@hm.pipeline(triggers=[hm.push(tag="v*")])\ndef release_it():\n    return hm.sh("true")\n`,
  })
  expect(found).toEqual({
    pipelines: [
      {
        slug: 'ci',
        name: 'The CI',
        allow_manual: true,
        triggers: [{ event: 'push', branches: ['main'] }],
        file: '.hm/a.ts',
      },
      { slug: 'nightly', name: 'nightly', allow_manual: false, triggers: [], file: '.hm/a.ts' },
      { slug: 'docs', name: 'docs', allow_manual: true, triggers: [], file: '.hm/b.mjs' },
      {
        slug: 'release-it',
        name: 'release-it',
        allow_manual: true,
        triggers: [{ event: 'push', tags: ['v*'] }],
        file: '.hm/c.py',
      },
    ],
    errors: [],
  })
})

test('a failing file is reported with its place, and the other pipelines are listed', () => {
  const { found } = discover({
    '.hm/a.ts': `${head}export default [${good('ok')},\n{ slug: 'bad', pipeline() {\n throw new Error('no') } },\n{ slug: 'empty', pipeline: { version: '0', graph: { nodes: [], node_holes: [], edge_property: 'directed', edges: [] } } }]`,
    '.hm/b.ts': '\nconst a: = 1',
    '.hm/c.ts': `${head}export default [${good('twice')}]`,
    '.hm/d.ts': `${head}export default [${good('twice')}]`,
    '.hm/e.ts': 'export default { slug: 1 }',
  })
  expect(found?.pipelines.map(({ slug }) => slug)).toEqual(['ok'])
  expect(found?.errors).toEqual([
    { file: '.hm/a.ts', slug: 'bad', code: 'render_failed', line: 4, message: '.hm/a.ts:4: no' },
    { file: '.hm/a.ts', slug: 'empty', code: 'empty_pipeline', line: null, message: expect.any(String) },
    {
      file: '.hm/b.ts',
      slug: null,
      code: 'render_failed',
      line: 2,
      message: expect.stringMatching(/^\.hm\/b\.ts:2: /),
    },
    {
      file: '.hm/d.ts',
      slug: 'twice',
      code: 'duplicate_slug',
      line: null,
      message: expect.stringContaining('.hm/c.ts'),
    },
    {
      file: '.hm/e.ts',
      slug: null,
      code: 'render_failed',
      line: null,
      message: expect.stringMatching(/^\.hm\/e\.ts: TypeError: expected \{slug, pipeline\}/),
    },
  ])
})

test('a repository without pipelines has none', () => {
  expect(discover({ README: '' }).found).toEqual({ pipelines: [], errors: [] })
})

test('a program that ends early causes an error of its language, and too much output causes one clear message', () => {
  const early = `${head}export default [${good('ok')}]\nawait new Promise(() => {})`
  expect(discover({ '.hm/a.ts': early, '.hm/b.py': 'import os\nos._exit(0)' }).found).toEqual({
    pipelines: [],
    errors: [
      {
        file: '.hm/a.ts',
        slug: null,
        code: 'render_failed',
        line: null,
        message: expect.stringMatching(/^\.hm: the program ended before it returned pipelines\./),
      },
      {
        file: '.hm/b.py',
        slug: null,
        code: 'render_failed',
        line: null,
        message: expect.stringMatching(/^\.hm\/b\.py: the program ended without a result\./),
      },
    ],
  })
  const huge = `triggers: [{ event: 'push', branches: ['x'.repeat(2_000_000)] }],`
  expect(discover({ '.hm/a.ts': `${head}export default ${good('ci', huge)}` }).stderr).toMatch(
    /too many pipeline names and triggers: invalid_ir/,
  )
})
