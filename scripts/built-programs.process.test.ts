import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { buildPrograms } from './build-programs.ts'
import { builtProgram, repository } from './built-programs.js'

/** A checkout with built programs: one source of `hm` and one of the server. */
function checkout() {
  const root = mkdtempSync(join(tmpdir(), 'harmont-built-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const paths = ['packages/cli/src/main.ts', 'packages/server/src/main.ts'] as const
  for (const path of paths) write(path, 'main()')
  const sources = paths.map((path) => [path, statSync(join(root, path)).size, statSync(join(root, path)).mtimeMs])
  write('dist/programs/current.json', JSON.stringify({ folder: 'build-1', sources }))
  const programs = () => (['hm', 'harmont'] as const).map((name) => builtProgram(name, root) !== undefined)
  return { root, write, programs, paths }
}

test('a built program is used until one of its sources changes, has a newer time or is removed', () => {
  const { root, write, programs, paths } = checkout()
  const [ofHm, ofServer] = paths
  expect(builtProgram('hm', root)).toBe(join(root, 'dist/programs/build-1/hm.js'))
  write(ofServer, 'main() // changed')
  expect(programs()).toEqual([true, false])
  utimesSync(join(root, ofHm), new Date(), new Date())
  expect(programs()).toEqual([false, false])
  rmSync(join(root, ofHm))
  expect(programs()).toEqual([false, false])
  expect(builtProgram('hm', join(root, 'packages'))).toBeUndefined()
})

test('the built programs are up to date, and print the same as their sources', async () => {
  expect(await buildPrograms()).toBe(false)
  const says = (...line: string[]) => execFileSync(process.execPath, line, { cwd: repository, encoding: 'utf8' })
  expect(says('packages/cli/bin/hm.js', 'help', 'run')).toBe(says('packages/cli/src/main.ts', 'help', 'run'))
  const [built, sources] = ['packages/server/bin/harmont.js', 'packages/server/src/main.ts']
  expect(says(built, 'config')).toBe(says(sources, 'config'))
})

test('the renderer for sandboxes is built too, and renders a pipeline like its sources', async () => {
  await buildPrograms()
  const project = mkdtempSync(join(tmpdir(), 'harmont-built-'))
  onTestFinished(() => rmSync(project, { recursive: true }))
  mkdirSync(join(project, '.hm'))
  const pipeline = "pipeline([sh('make', { key: 'a', cache: onChange('data') }).sh('test')])"
  const head = "import { onChange, pipeline, sh } from '@harmont/hm'\n"
  writeFileSync(join(project, '.hm/ci.ts'), `${head}export default { slug: 'ci', pipeline: () => ${pipeline} }\n`)
  writeFileSync(join(project, 'data'), 'the data')
  const render = (program: string) => {
    const out = join(project, 'out.json')
    const args = ['--disable-warning=ExperimentalWarning', program, '--dir', project, '--slug', 'ci', '--out', out]
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('')
    const json = readFileSync(out, 'utf8')
    rmSync(out)
    return json
  }
  const built = render(join(dirname(builtProgram('harmont') ?? ''), 'render/sandbox.js'))
  expect(built).toMatch(/"key":"[0-9a-f]{64}"/)
  expect(built).toBe(render(join(repository, 'packages/render/src/sandbox/main.ts')))
})
