import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parsePlan } from '@harmont/ir'
import { readSourceSet } from '@harmont/source-set'
import { expect, it } from 'vitest'
import { renderMounts } from './mounts.ts'
import { newProject } from './project.test-support.ts'
import { renderPipeline } from './render-pipeline.ts'

/** Directory of compiled code, shared by all tests. */
const compiled = fileURLToPath(new URL('../../../node_modules/.cache/compiled/render', import.meta.url))

const files = {
  '.hm/ci.ts': `import { sh, pipeline, onChange } from '@harmont/hm'
import * as toolchains from '@harmont/hm/toolchains'
export default { slug: "it's $HOME".length > 0 ? 'ci' : '', pipeline: () => pipeline([sh('make', { key: 'a', cache: onChange('**/*.c', 'src') })]) }
void toolchains
`,
  '.hm/py.py': `import harmont as hm

@hm.pipeline("py")
def py():
    return hm.sh("make", key="a", cache=hm.on_change("**/*.c", "src"))
`,
  '.hmignore': '*.bin\n',
  'src/a.c': 'int a;',
  'src/b.c': 'int b;',
  'big.bin': 'x',
}

function fail(error: unknown): never {
  throw error
}

/**
 * Renders a source as in a sandbox: with the mounts side by side, read-only, outside any
 * `node_modules`.
 */
async function renderAsSandbox(
  root: string,
  slug: string,
  { directory = compiled, ...more }: { readonly directory?: string; readonly NODE_DEBUG_NATIVE?: string } = {},
) {
  const { mounts, command, outputPath } = await renderMounts(directory, fail)
  const shown = await mounts()
  let script = command(slug)
    .replace('/workspace', join(root, 'workspace'))
    .replaceAll(outputPath, root + outputPath)
  for (const { source, target } of shown) {
    mkdirSync(dirname(root + target), { recursive: true })
    if (source === dirname(process.execPath)) symlinkSync(source, root + target)
    else cpSync(source, root + target, { recursive: true, filter: (file) => !file.endsWith('/node_modules') })
    script = script.replaceAll(target, root + target)
  }
  chmodSync(join(root, 'opt/harmont-render'), 0o555)
  const env = { HOME: '/nonexistent', PATH: process.env.PATH, ...more }
  // In a sandbox, the compiled code belongs to root.
  const asRoot = process.getuid?.() === 0 ? [] : ['unshare', '--map-root-user']
  const [program = '', ...args] = [...asRoot, 'sh', '-c', script]
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env })
  chmodSync(join(root, 'opt/harmont-render'), 0o755)
  expect(status, stderr).toBe(0)
  return { json: readFileSync(root + outputPath, 'utf8'), said: stdout + stderr }
}

it.each(['ci', 'py'])(
  'a sandbox has everything that rendering %s needs, and its keys equal those of a dirty checkout',
  async (slug) => {
    const checkout = newProject({ ...files, '.gitignore': 'out\n' })
    execFileSync('git', ['init', '--quiet'], { cwd: checkout })
    mkdirSync(join(checkout, 'out'))
    symlinkSync('../src/a.c', join(checkout, 'out/ignored.c'))
    const here = await renderPipeline({
      project: checkout,
      slug,
      context: null,
      sourceSet: () => readSourceSet(checkout),
    })

    const root = newProject(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`workspace/${path}`, text])),
    )
    const { json, said } = await renderAsSandbox(root, slug)

    expect(said).toBe('')
    expect(parsePlan(json)).toMatchObject({ ok: true, plan: { steps: [{ command: 'make' }] } })
    expect(json).toMatch(/"key":"[0-9a-f]{64}"/)
    expect(here).toMatchObject({ ok: true, json })
  },
)

it('the renderer and its modules are compiled in advance', async () => {
  const root = newProject({ 'workspace/.hm/ci.ts': files['.hm/ci.ts'] })
  // Returns whether Node.js accepted each file's compiled code, except for code compiled before the
  // sources changed.
  const directory = join(root, 'compiled')
  const { said } = await renderAsSandbox(root, 'ci', { directory, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' })
  for (const file of ['render/src/sandbox/program.ts', 'render/src/child/main.ts', 'pipeline/src/index.ts'])
    expect(said).toMatch(new RegExp(`code cache for ESM \\S+/${file} was accepted`))
})

it('if compiled code cannot be stored, the program is mounted without it and the reason is reported', async () => {
  const root = newProject({ file: '' })
  const told: unknown[] = []
  const { mounts, command } = await renderMounts(join(root, 'file'), (error) => told.push(error))
  expect(told).toEqual([expect.objectContaining({ code: 'ENOTDIR' })])
  expect((await mounts()).map(({ target }) => target)).not.toContain('/opt/harmont-render/compiled')
  expect(command('ci')).toMatch(/^exec /)
})

it('deleted compiled code is compiled again for the next sandbox', async () => {
  const directory = join(newProject({}), 'compiled')
  const { mounts, command } = await renderMounts(directory, fail)
  rmSync(directory, { recursive: true })
  const [one, other] = await Promise.all([mounts(), mounts()])
  expect(one).toEqual(other)
  for (const { source } of one) expect(existsSync(source), source).toBe(true)
  expect(one.map(({ target }) => target)).toContain('/opt/harmont-render/compiled')
  expect(command('ci')).toMatch(/^NODE_COMPILE_CACHE=/)
})

it('a slug stays plain text in the shell', async () => {
  const project = newProject({})
  const slug = `x'; touch "${project}/evil" #$(touch "${project}/evil")`
  const { command } = await renderMounts(compiled, fail)
  const script = command(slug).replace(/ exec \S+/, `; printf '%s\\n'`)
  const words = spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout
  expect(words.split('\n')).toContain(slug)
  expect(existsSync(join(project, 'evil'))).toBe(false)
})
