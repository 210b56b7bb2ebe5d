import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { linkCompiled, sharedCompiled } from '@harmont/outside/shared-compiled'
import { renderEvery } from '@harmont/render'
import { readSourceSet } from '@harmont/source-set'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseFlags } from '../command-line/flags.ts'
import { resolveCommand } from '../command-line/resolve.ts'
import { slugFor } from '../project/project-name.ts'
import { runHmHere } from '../test-support/run-hm-here.ts'
import { findProjects } from './find-projects.ts'
import { readFolders } from './folder.ts'
import { SKILLS, skillsFolder, writeSkills } from './offers.ts'
import { pipelineText } from './pipeline-text.ts'
import { KINDS } from './project-kind.ts'

let project: string
let cache: string
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'hm-init-'))
  cache = await mkdtemp(join(tmpdir(), 'hm-init-cache-'))
  linkCompiled(cache)
})
afterEach(async () => {
  for (const folder of [project, cache]) await rm(folder, { recursive: true })
})

const read = (file: string) => readFile(join(project, file), 'utf8')
async function write(file: string, text = ''): Promise<void> {
  await mkdir(dirname(join(project, file)), { recursive: true })
  await writeFile(join(project, file), text)
}
const init = (...args: string[]) => runHmHere(['init', ...args], { cwd: project, env: { HM_CACHE_DIR: cache } })

interface Node {
  readonly step: { readonly label: string; readonly cmd: string; readonly image?: string; readonly cache?: unknown }
}
async function rendered(slug?: string): Promise<Node[]> {
  const { envelope } = await renderEvery({
    project,
    context: null,
    cacheDirectory: sharedCompiled,
    sourceSet: () => readSourceSet(project),
  })
  expect(envelope.errors).toEqual([])
  const pipeline = envelope.pipelines.find((each) => slug === undefined || each.slug === slug)
  const definition = pipeline?.definition as { readonly graph: { readonly nodes: readonly Node[] } }
  return [...definition.graph.nodes]
}

it.each(['ts', 'py'] as const)(
  'every kind of project renders in %s, plain and with its toolchain, and keeps every step',
  async (language) => {
    for (const { kind, markers } of KINDS) await write(`${kind}/${markers[0]?.replace('*', 'js') ?? 'README'}`, '{}')
    await write('python/pyproject.toml', '[project]\ndependencies = ["a"]\n')
    await write('js/package.json', '{"scripts":{"test":"t"}}')
    await write('nextjs/package.json', '{"scripts":{"build":"next build"},"dependencies":{"next":"1"}}')
    const folders = await readFolders(project)
    const projects = KINDS.flatMap(({ kind }) =>
      folders.filter(({ path }) => path === kind).map((folder) => ({ kind, folder })),
    )
    expect(projects).toHaveLength(KINDS.length)
    for (const isPlain of [true, false]) {
      await write(`.hm/pipeline.${language}`, pipelineText({ projects, language, isPlain, slug: 'ci', branch: "it's" }))
      const nodes = await rendered()
      for (const { folder } of projects) expect(nodes.some(({ step }) => step.cmd.includes(folder.path))).toBe(true)
      const roots = nodes.flatMap(({ step }) => step.image ?? [])
      expect(new Set(roots)).toEqual(new Set([isPlain ? 'host' : 'ubuntu:24.04']))
      expect(nodes.filter(({ step }) => step.cache === undefined)).toEqual([])
      const bases = nodes.flatMap(({ step: { label } }) => (label.startsWith(':apt: ') ? [label] : []))
      expect(bases).toEqual(isPlain ? [] : [':apt: python', ':apt: autotools', ':apt: make'])
    }
  },
)

it('both languages declare the same pipeline', async () => {
  await write('package.json', '{"scripts":{"test":"t","build":"b"},"dependencies":{"a":"1"}}')
  await write('package-lock.json', '{}')
  await write('api/setup.py')
  const projects = findProjects(await readFolders(project))
  for (const isPlain of [true, false]) {
    const seen = []
    for (const language of ['ts', 'py'] as const) {
      await rm(join(project, '.hm'), { recursive: true, force: true })
      await write(`.hm/pipeline.${language}`, pipelineText({ projects, language, isPlain, slug: 'ci', branch: 'main' }))
      // The keys hash all files, including the pipeline file itself.
      seen.push(JSON.stringify(await rendered(), (name, value) => (name === 'key' ? undefined : value)))
    }
    expect(seen[0]).toEqual(seen[1])
  }
})

it('writes the file for the detected project, lists its steps and the next command', async () => {
  await write('pyproject.toml')
  const { code, stdout, stderr } = await init('--plain', '--slug', 'ci')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toBe('Wrote .hm/pipeline.py for python (.): the pipeline ci.\nIt has 1 step:\n  test\nNext: hm run\n')
  expect(await read('.hm/pipeline.py')).toContain('hm.push(branch="main")')
  expect(await read('.hm/.gitignore')).toBe('node_modules/\n__pycache__/\nsecrets.env\n')
})

it('overwrites nothing without --force, and with it only its own file', async () => {
  await write('go.mod')
  await write('.hm/pipeline.ts', '// mine')
  await write('.hm/.gitignore', '*.log\nnode_modules/')
  expect(await init()).toMatchObject({ code: 2, stderr: expect.stringContaining('.hm/pipeline.ts already exists') })
  expect(await read('.hm/pipeline.ts')).toBe('// mine')
  expect(await init('--force', '-q')).toMatchObject({ code: 0, stderr: '' })
  expect(await read('.hm/pipeline.ts')).toContain('project.test({ cache: files })')
  expect(await read('.hm/.gitignore')).toBe('*.log\nnode_modules/\n__pycache__/\nsecrets.env\n')
  const second = await init('--lang', 'py', '--force')
  expect(second).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /already has a pipeline with the slug "hm-init-[a-z0-9-]+"\nfix: .*hm init --slug SLUG/,
    ),
  })
})

it('the slug derives from the project’s name, so that two projects have different slugs on a server', async () => {
  await write('go.mod')
  const slugs = async () => /"?slug"?: "(.*)"/.exec(await read('.hm/pipeline.ts'))?.[1]
  await init()
  expect(await slugs()).toBe(slugFor(basename(project)))
  execFileSync('git', ['init', '-q', project])
  execFileSync('git', ['-C', project, 'remote', 'add', 'origin', 'git@github.com:acme/Web.App.git'])
  await init('--force')
  expect(await slugs()).toBe('web-app')
  expect(await init('--force', '--slug', 'No')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--slug "No"'),
  })
})

it('writes one placeholder step if no project is found and there is no terminal to ask on', async () => {
  const { code, stderr } = await init('--plain', '--slug', 'ci')
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Put its commands into .hm/pipeline.ts'),
  })
  expect(await read('.hm/pipeline.ts')).toContain('// hm does not know this kind of project')
  expect(await init('-t', 'zig', '--force')).toMatchObject({ code: 0 })
  expect(await read('.hm/pipeline.ts')).toContain('zig({ path: "." })')
})

it('the compiler finds the types of the written pipeline where nothing is installed, and reports mistakes', async () => {
  await write('go.mod')
  const { stderr } = await init('--slug', 'ci')
  expect(stderr).toContain(
    'Wrote .hm/node_modules/@types/harmont__hm for editors.\nWrote .hm/tsconfig.json for editors.\n',
  )
  const tsc = join(import.meta.dirname, '../../../../node_modules/typescript7/bin/tsc')
  const compile = () => spawnSync(process.execPath, [tsc, '--noEmit', '-p', '.hm'], { cwd: project, encoding: 'utf8' })
  expect(compile()).toMatchObject({ status: 0, stdout: '' })
  const text = await read('.hm/pipeline.ts')
  await write('.hm/pipeline.ts', text.replace('project.vet(', 'project.vett('))
  expect(compile().stdout).toMatch(/pipeline\.ts.*Property 'vett' does not exist on type 'GoToolchain'/)
  await write('.hm/pipeline.ts', text)
  // A clone contains neither types nor configuration. Existing configuration stays.
  await rm(join(project, '.hm/node_modules'), { recursive: true })
  await write('.hm/tsconfig.json', '{ "compilerOptions": { "module": "preserve", "noEmit": true } }')
  expect(await init('--types')).toMatchObject({ code: 0, stderr: expect.not.stringContaining('tsconfig') })
  expect(compile()).toMatchObject({ status: 0, stdout: '' })
  expect((await readSourceSet(project)).entries.map(({ path }) => path)).not.toContainEqual(
    expect.stringContaining('harmont__hm'),
  )
  await write('node_modules/@harmont/hm/package.json', '{}')
  expect(await init('--types')).toMatchObject({ stderr: expect.stringContaining('installed @harmont/hm') })
})

it('a crate without Cargo.lock is tested without --locked', async () => {
  await write('Cargo.toml')
  for (const lang of ['ts', 'py']) {
    expect(await init('--lang', lang, '--slug', `ci-${lang}`)).toMatchObject({ code: 0 })
    const commands = (await rendered(`ci-${lang}`)).map(({ step }) => step.cmd).join('\n')
    expect(commands).toContain('cargo test')
    expect(commands).not.toMatch(/--locked|cargo build/)
  }
})

it('a project file that does not parse exits 2 before anything is written; a pipeline that does not render exits 6', async () => {
  await write('package.json', '{')
  expect(await init()).toMatchObject({ code: 2, stderr: expect.stringContaining('package.json is not JSON') })
  await expect(read('.hm/pipeline.ts')).rejects.toThrow('ENOENT')
  await write('package.json', '{}')
  await write('deno.lock', '{}')
  await write('deno.json', '{')
  expect(await init()).toMatchObject({ code: 6, stderr: expect.stringContaining('deno.json') })
})

it('names the files of other CI systems', async () => {
  await write('go.mod')
  await write('.github/workflows/test.yml')
  await write('.gitlab-ci.yml')
  expect((await init()).stderr).toContain('Other CI files stay unchanged: .github/workflows/test.yml, .gitlab-ci.yml.')
  for (const name of ['a', 'b', 'c']) await write(`.github/workflows/${name}.yml`)
  expect((await init('--force')).stderr).toMatch(
    /unchanged: \.github\/workflows\/\w+\.yml(, \.github\/workflows\/\w+\.yml){2} and 2 more\./,
  )
})

it('keeps skills that the user edited', async () => {
  await write('.claude/settings.json', '{}')
  const folder = join(project, skillsFolder(project))
  await write('.claude/skills/validate-ci/SKILL.md', 'ours now')
  expect(await writeSkills(folder)).toEqual({ written: ['write-pipeline', 'convert-gha'], kept: ['validate-ci'] })
  expect(await read('.claude/skills/validate-ci/SKILL.md')).toBe('ours now')
  expect(await writeSkills(folder)).toEqual({ written: [], kept: ['validate-ci'] })
})

it('skills name only commands and flags that hm has', () => {
  const lines = Object.values(SKILLS).flatMap((text) =>
    [...text.matchAll(/`hm ([^`]+)`/g)].map(([, line]) => line ?? ''),
  )
  expect(lines.length).toBeGreaterThan(10)
  for (const line of lines) {
    const { command, words, rest } = resolveCommand(line.split(' '))
    expect([line, command?.spec.summary]).toEqual([line, expect.any(String)])
    parseFlags(words.join(' '), command?.spec ?? {}, rest)
  }
})

it('pipelines in the skills render', async () => {
  await write('package-lock.json', '{}')
  const texts = Object.values(SKILLS).join('\n')
  const blocks = [...texts.matchAll(/^```(ts|py)\n([\s\S]*?)^```$/gm)]
  expect(blocks.map(([, language]) => language)).toEqual(['ts', 'py', 'ts'])
  for (const [, language, text] of blocks) {
    await rm(join(project, '.hm'), { recursive: true, force: true })
    await write(`.hm/ci.${language}`, text ?? '')
    expect((await rendered()).length).toBeGreaterThan(2)
  }
  for (const [name, text] of Object.entries(SKILLS))
    expect(text).toMatch(new RegExp(`^---\nname: ${name}\ndescription: .`))
})
