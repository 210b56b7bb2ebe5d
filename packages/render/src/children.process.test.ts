import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { parsePlan } from '@harmont/ir'
import { describe, expect, it } from 'vitest'
import { describeProblems } from './describe-problems.ts'
import { listPipelines } from './list-pipelines.ts'
import { newProject, write } from './project.test-support.ts'
import { commandOf, options, python, render, typescript } from './render.test-support.ts'
import { renderEvery } from './render-every.ts'

describe('both languages', () => {
  it('render their pipelines by slug, and their output is reported', async () => {
    const project = newProject({
      '.hm/a.ts': typescript('one', 'ts', 'console.log("from ts")'),
      '.hm/b.py': python('two', '"py"', 'print("from py")'),
    })
    const one = await render(project, 'one')
    expect([commandOf(one), commandOf(await render(project, 'two'))]).toEqual(['ts', 'py'])
    expect(one.output.split('\n').sort()).toEqual(['', 'from py', 'from ts'])
    const none = await render(project, 'three')
    expect(none).toMatchObject({ ok: false, message: '.hm: no pipeline has the slug "three". There are: one, two.' })
  })

  it('may not repeat a slug within one language: both files are named', async () => {
    const project = newProject({ '.hm/a.py': python('ci'), '.hm/b.py': python('ci'), '.hm/c.ts': typescript('ok') })
    const message = '.hm/b.py: duplicate_slug: "ci" is defined in .hm/a.py too. Rename one of the two.'
    expect(await render(project, 'ci')).toMatchObject({ ok: false, code: 'duplicate_slug', message, file: '.hm/b.py' })
    const error = { file: '.hm/b.py', slug: 'ci', code: 'duplicate_slug', message, line: null }
    const { envelope } = await renderEvery(options(project))
    expect(envelope).toMatchObject({ schema_version: '1', pipelines: [{ slug: 'ok' }], errors: [error] })
    expect(await listPipelines(options(project))).toMatchObject({ pipelines: [{ slug: 'ok' }], errors: [error] })
  })

  it('may share a slug: TypeScript is used even if it fails, with a warning', async () => {
    const project = newProject({
      '.hm/pipeline.py': python('ci', '"py"') + python('only', '"py"'),
      '.hm/pipeline.ts': typescript('ci', 'ts'),
      '.hm/deploy.ts': `export default { slug: 'deploy', pipeline: () => { throw new Error('no') } }`,
      '.hm/deploy.py': python('deploy'),
    })
    const ci = await render(project, 'ci')
    expect(commandOf(ci)).toBe('ts')
    const note = '.hm/pipeline.ts: used for "ci"; .hm/pipeline.py defines it too and is not used.'
    expect(ci).toMatchObject({ file: '.hm/pipeline.ts', warnings: [note] })
    expect(await render(project, 'only')).toMatchObject({ ok: true, file: '.hm/pipeline.py', warnings: [] })
    expect(await render(project, 'deploy')).toMatchObject({ ok: false, code: 'render_failed', file: '.hm/deploy.ts' })
    const { envelope, warnings } = await renderEvery(options(project))
    expect(envelope.pipelines.map(({ slug, file }) => [slug, file])).toEqual([
      ['only', '.hm/pipeline.py'],
      ['ci', '.hm/pipeline.ts'],
    ])
    expect(envelope.errors.map(({ slug, file }) => [slug, file])).toEqual([['deploy', '.hm/deploy.ts']])
    expect(warnings).toContain(note)
  })

  it('report errors at their own line, and a broken file of one is a warning for the other', async () => {
    const project = newProject({ '.hm/a.py': 'import nothing_there', '.hm/b.ts': typescript('ci') })
    expect(await render(project, 'ci')).toMatchObject({
      ok: true,
      warnings: [expect.stringMatching(/^does not load: \.hm\/a\.py:1: ModuleNotFoundError/)],
    })
    expect(await render(project, 'other')).toMatchObject({ ok: false, file: '.hm/a.py', line: 1 })
  })

  it('report the places of all invalid steps at once', async () => {
    const project = newProject({
      '.hm/a.ts': `import { pipeline, sh } from '@harmont/hm'
const built = sh('make', { label: 'build', services: [{ name: 'db', image: 'x', needs: 'nobody' }] })
const docs = () =>
  built.sh('docs', { label: 'docs', services: [{ name: 'db', image: 'x', needs: 'nobody' }] })
export default { slug: 'ts', pipeline: () => pipeline([docs(), sh('true')]) }
`,
      '.hm/b.py': `import harmont as hm
built = hm.sh("make", label="build", services=[{"name": "db", "image": "x", "needs": "nobody"}])
def docs():
    return built.sh("docs", label="docs", services=[{"name": "db", "image": "x", "needs": "nobody"}])
@hm.pipeline("py")
def py():
    return [docs(), hm.sh("true")]
`,
    })
    const { envelope, places } = await renderEvery(options(project))
    for (const [slug, file] of [
      ['ts', '.hm/a.ts'],
      ['py', '.hm/b.py'],
    ] as const) {
      const rendered = await render(project, slug)
      const parsed = rendered.ok ? parsePlan(rendered.json) : undefined
      if (!rendered.ok || parsed?.ok !== false) throw new Error('expected a document that does not plan')
      const why = 'expected the name of a service of this step, got "nobody". Name a service of this step.'
      const place = 'services/0/needs/0'
      const said = `${file}:2: step "build", ${place}: ${why}\n${file}:4: step "docs", ${place}: ${why}`
      expect(describeProblems(parsed.error, rendered)).toBe(said)
      // Without its document, a step has a place but no name.
      const unnamed = said.replace('step "build"', 'step number 1').replace('step "docs"', 'step number 2')
      expect(envelope.pipelines.find((each) => each.slug === slug)?.definition).toBeUndefined()
      const origin = { file, document: undefined, places: places.get(slug) }
      expect(describeProblems(parsed.error, origin)).toBe(unnamed)
    }
  })

  it('receive the known facts of the build, and no unknown ones', async () => {
    const facts =
      'context.event, context.branch, context.baseBranch, context.tag, context.commit, context.pullRequest, context.local'
    const pyFacts = facts.replaceAll(
      /context\.(\w+)/g,
      (_, name: string) => `hm.context.${name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)}`,
    )
    const project = newProject({
      '.hm/a.ts': typescript('ts', `JSON.stringify([${facts}])`),
      '.hm/b.py': python('py', `__import__("json").dumps([${pyFacts}], separators=(",", ":"))`),
    })
    const variables = { HARMONT_TAG: 'of the shell', HARMONT_LOCAL: 'true' }
    const context = {
      event: 'pull_request',
      branch: 'é',
      baseBranch: 'main',
      tag: null,
      commit: 'c'.repeat(40),
      pullRequest: 7,
      local: false,
    }
    for (const slug of ['ts', 'py']) {
      const told = commandOf(await render(project, slug, { context, variables }))
      expect(JSON.parse(told), slug).toEqual(['pull_request', 'é', 'main', null, 'c'.repeat(40), 7, false])
    }
  })

  it('only list pipelines if none is to be evaluated', async () => {
    const project = newProject({
      '.hm/a.ts': `export default { slug: 'ts', name: 'N', allowManual: false, pipeline() { throw new Error('evaluated') } }`,
      '.hm/b.py': python('py', 'os._exit(1)'),
    })
    expect(await listPipelines(options(project))).toEqual({
      pipelines: [
        { slug: 'ts', name: 'N', allow_manual: false, triggers: [], file: '.hm/a.ts' },
        { slug: 'py', name: 'py', allow_manual: true, triggers: [], file: '.hm/b.py' },
      ],
      errors: [],
      output: '',
    })
    expect(await listPipelines(options(newProject({})))).toEqual({ pipelines: [], errors: [], output: '' })
  })
})

describe('Python', () => {
  /** Creates a program in place of Python. */
  const program = (project: string, name: string, script: string): string => {
    mkdirSync(join(project, 'bin'), { recursive: true })
    const file = join(project, 'bin', name)
    writeFileSync(file, `#!/bin/sh\n${script}\n`)
    chmodSync(file, 0o755)
    return file
  }

  it('is the first of HM_PYTHON, python3 and python that exists and is new enough', async () => {
    const project = newProject({ '.hm/a.py': python('ci', 'os.environ["CHOSEN"]') })
    const real = (name: string) => program(project, name, `CHOSEN=${name} PATH=${process.env.PATH} exec python3 "$@"`)
    program(project, 'python3', 'exit 97')
    real('python')
    const mine = real('mine')
    const PATH = join(project, 'bin')
    expect(commandOf(await render(project, 'ci', { variables: { PATH, HM_PYTHON: mine } }))).toBe('mine')
    expect(commandOf(await render(project, 'ci', { variables: { PATH, HM_PYTHON: '/nonexistent' } }))).toBe('python')
    program(project, 'python', 'exit 127')
    expect(await render(project, 'ci', { variables: { PATH, HM_PYTHON: '/nonexistent' } })).toMatchObject({
      ok: false,
      file: '.hm/a.py',
      message: expect.stringMatching(
        /^\.hm\/a\.py: found no recent enough Python.* tried \/nonexistent, python3, python\. .*HM_PYTHON/,
      ),
    })
  })

  it('is not required without Python files or for a slug of a TypeScript pipeline', async () => {
    const project = newProject({ '.hm/a.ts': typescript('ci') })
    const variables = { PATH: '/nonexistent', HM_PYTHON: undefined }
    expect(await render(project, 'ci', { variables })).toMatchObject({ ok: true, warnings: [] })
    write(project, { '.hm/b.py': python('py') })
    expect(await render(project, 'ci', { variables })).toMatchObject({
      ok: true,
      warnings: [expect.stringContaining('Python')],
    })
  })

  it('imports our SDK before modules of the project and keeps its compiled code only in the cache', async () => {
    const project = newProject({
      '.hm/a.py': python('ci', 'os.environ["PYTHONPATH"]'),
      'harmont/__init__.py': 'raise Exception("shadow")',
      'json.py': 'raise Exception("shadow")',
    })
    const cacheDirectory = newProject({})
    const PYTHONPATH = newProject({ 'harmont.py': 'raise Exception("shadow")' })
    expect(commandOf(await render(project, 'ci', { cacheDirectory, variables: { PYTHONPATH } }))).toBe(PYTHONPATH)
    expect(readdirSync(project).sort()).toEqual(['.hm', 'harmont', 'json.py'])
    expect(readdirSync(join(project, '.hm'))).toEqual(['a.py'])
    expect(readdirSync(cacheDirectory)).toEqual(['Python'])
  })

  it('keeps the paths of PYTHONPATH, even in safe-path mode', async () => {
    const project = newProject({ '.hm/a.py': python('ci', 'extra.word', 'import extra') })
    const PYTHONPATH = newProject({ 'extra.py': 'word = "extra"' })
    for (const PYTHONSAFEPATH of [undefined, '1'])
      expect(
        commandOf(await render(relative(process.cwd(), project), 'ci', { variables: { PYTHONPATH, PYTHONSAFEPATH } })),
      ).toBe('extra')
  })
})

describe('the cache between two renderings', () => {
  it('is invalidated by changed content and does not change the pipeline', async () => {
    const show =
      'JSON.stringify([process.env.NODE_COMPILE_CACHE, process.env.HM_RENDER_TYPES_CACHE].concat(context.tag))'
    const project = newProject({ '.hm/a.ts': typescript('ci', show, 'enum E { A }') })
    const cacheDirectory = newProject({})
    const render2 = () =>
      render(project, 'ci', { cacheDirectory, variables: { HARMONT_TAG: 'v1', NODE_COMPILE_CACHE: undefined } })
    const first = await render2()
    expect(commandOf(first)).toBe('[null,null,"v1"]')
    expect(readdirSync(join(cacheDirectory, 'TypeScript/types'))).toHaveLength(1)
    expect(await render2()).toEqual(first)
    write(project, { '.hm/a.ts': typescript('ci', 'changed', 'enum E { A }') })
    expect(commandOf(await render2())).toBe('changed')
    write(project, { '.hm/a.ts': '\n\nthrow new Error("here")' })
    expect(await render2()).toMatchObject({ ok: false, line: 3 })
    expect(await render2()).toMatchObject({ ok: false, line: 3 })
  })

  it('is not used for a file that is JavaScript with the same meaning', async () => {
    const project = newProject({
      '.hm/a.ts': typescript('ci', 'made', "import { Only, word } from './_lib.ts'\nvoid word"),
      '.hm/_lib.ts': 'export type Only = 1\nexport const word = 1',
    })
    const cacheDirectory = newProject({})
    const types = join(cacheDirectory, 'TypeScript/types')
    expect(commandOf(await render(project, 'ci', { cacheDirectory }))).toBe('made')
    expect(readdirSync(types)).toHaveLength(1)
    write(project, { '.hm/a.ts': typescript('ci', 'made', 'const list = new Set<string>(["x"])\nvoid list') })
    expect(commandOf(await render(project, 'ci', { cacheDirectory }))).toBe('made')
    expect(readdirSync(types)).toHaveLength(2)
  })

  it('may be missing', async () => {
    const project = newProject({ '.hm/a.ts': typescript('ci'), '.hm/b.py': python('py'), cache: 'a file' })
    for (const slug of ['ci', 'py'])
      expect(await render(project, slug, { cacheDirectory: join(project, 'cache') })).toMatchObject({
        ok: true,
        warnings: [],
      })
  })
})

describe('a program that misbehaves or never ends', () => {
  const languages: [string, (before: string) => Record<string, string>, string, string][] = [
    [
      'TypeScript',
      (before) => ({ '.hm/a.ts': typescript('ci', 'true', before) }),
      'while (true);',
      `process.stdout.write('x'.repeat(17_000_000))`,
    ],
    [
      'Python',
      (before) => ({ '.hm/a.py': python('ci', '"true"', before) }),
      'while True: pass',
      `print("x" * 17_000_000)`,
    ],
  ]
  it.each(languages)('in %s is killed at its time limit', async (_, files, forever) => {
    expect(await render(newProject(files(forever)), 'ci', { variables: { HM_RENDER_TIMEOUT: '1' } })).toMatchObject({
      ok: false,
      code: 'render_failed',
      message: expect.stringMatching(/^\.hm\/a\.\w+: rendering took longer than 1 s\. .*HM_RENDER_TIMEOUT/),
    })
  })

  it.each([
    [
      'TypeScript',
      {
        '.hm/a.ts': typescript('first'),
        '.hm/b.ts': typescript('ci', 'true', "import { existsSync } from 'node:fs'\nwhile (!existsSync('go'));"),
      },
      '.hm/b.ts',
    ],
    [
      'Python',
      { '.hm/a.py': python('first'), '.hm/b.py': python('ci', '"true"', 'while not os.path.exists("go"): pass') },
      '.hm/b.py',
    ],
  ])('in %s is reported with its current file while it is slow', async (_, files, slow) => {
    const project = newProject(files)
    const told: string[] = []
    const onSlow = (file: string) => {
      told.push(file)
      if (file === slow) write(project, { go: '' })
    }
    expect(await render(project, 'ci', { onSlow, slowAfterMs: 20 })).toMatchObject({ ok: true })
    expect(new Set(told)).toContain(slow)
  })

  it.each(languages)('in %s may print 16 MiB', async (_, files, __, much) => {
    const { message } = { message: '', ...(await render(newProject(files(much)), 'ci')) }
    expect(message).toMatch(/^\.hm\/a\.\w+: the pipeline files printed more than 16 MiB\./)
  })

  it('dies with its whole process group, background processes included', async () => {
    const project = newProject({})
    const alive = join(project, 'alive')
    const child = `import { spawn } from 'node:child_process'\nspawn('sh', ['-c', 'sleep 0.7; touch ${alive}'], { stdio: 'inherit' })`
    write(project, { '.hm/a.ts': typescript('ci', 'true', child) })
    expect(await render(project, 'ci')).toMatchObject({ ok: true })
    await setTimeout(1_000)
    expect(existsSync(alive)).toBe(false)
  })

  it('is killed when the caller gives up', async () => {
    const project = newProject({ '.hm/a.ts': typescript('ci', 'true', 'while (true);') })
    const started = Date.now()
    await expect(render(project, 'ci', { signal: AbortSignal.timeout(300) })).rejects.toThrow(/timeout/)
    expect(Date.now() - started).toBeLessThan(20_000)
  })

  it('refuses an invalid time limit', async () => {
    const variables = { HM_RENDER_TIMEOUT: '1m' }
    await expect(render(newProject({ '.hm/a.ts': '' }), 'ci', { variables })).rejects.toThrow(
      /^HM_RENDER_TIMEOUT: expected whole seconds/,
    )
  })

  it('cannot forge the result by replacing its file', async () => {
    const garble = `import { writeFileSync } from 'node:fs'\nprocess.on('exit', () => writeFileSync(process.argv[process.argv.indexOf('--out') + 1], '{"pipelines":[{}],"errors":[]}'))`
    const project = newProject({ '.hm/a.ts': typescript('ci', 'true', garble) })
    expect(await render(project, 'ci')).toMatchObject({
      ok: false,
      message: expect.stringMatching(/ended without a result/),
    })
  })
})
