import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { buildWeb } from './build-web.ts'

/** A repository whose web app is one line. */
async function repository() {
  const root = await mkdtemp(join(tmpdir(), 'harmont-build-web-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const room = join(root, 'packages/web')
  await mkdir(join(room, 'src/server'), { recursive: true })
  await writeFile(join(room, 'src/server/first-page.tsx'), 'export const mode = process.env.NODE_ENV')
  await writeFile(join(room, 'index.html'), '<script type="module" src="/src/main.js"></script>')
  const write = (text: string) => writeFile(join(room, 'src/main.js'), text)
  await write('document.title = "one " + process.env.NODE_ENV')
  const assets = async () => (await readdir(join(room, 'dist/assets'))).sort()
  const read = (name: string) => readFile(join(room, 'dist/assets', name))
  return { root, room, write, assets, read }
}

test('two concurrent starts build the web app once, with compressed files, and the next start builds nothing', async () => {
  const { root, room, assets, read } = await repository()
  expect((await Promise.all([buildWeb(root), buildWeb(root)])).sort()).toEqual([false, true])
  const [script = ''] = await assets()
  expect(await assets()).toEqual([script, `${script}.br`, `${script}.gz`])
  const text = await read(script)
  // Overrides the value set by the test runner.
  expect(text.toString()).toContain('one production')
  expect(brotliDecompressSync(await read(`${script}.br`))).toEqual(text)
  expect(gunzipSync(await read(`${script}.gz`))).toEqual(text)
  expect(await import(join(room, 'dist/.server/first-page.js'))).toMatchObject({ mode: 'production' })
  expect(await buildWeb(root)).toBe(false)
})

test('changes are built again, except in tests; a failed build keeps the last one', async () => {
  const { root, room, write, assets } = await repository()
  expect(await buildWeb(root)).toBe(true)
  const first = await assets()
  await writeFile(join(room, 'src/main.pg.test.ts'), '')
  expect(await buildWeb(root)).toBe(false)
  await write('import "./absent.js"')
  await expect(buildWeb(root)).rejects.toThrow('absent.js')
  expect(await assets()).toEqual(first)
  await write('document.title = "two"')
  expect(await buildWeb(root)).toBe(true)
  expect(await assets()).not.toEqual(first)
})
