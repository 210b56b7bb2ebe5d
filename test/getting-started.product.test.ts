/**
 * Runs the commands of `docs/getting-started.md` in their order, on this machine and against a real
 * server.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { removeTree } from '@harmont/outside/remove-tree'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import { linkImages } from '@harmont/outside/shared-images'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Product, startProduct } from './product.ts'

const repository = resolve(import.meta.dirname, '..')
const page = readFileSync(join(repository, 'docs/getting-started.md'), 'utf8')
const blocks = [...page.matchAll(/^```sh (run|fails)\n(.*?)^```$/gms)].map(([, kind, script = '']) => ({
  kind,
  script,
}))

let product: Product
let home: string
beforeAll(async () => {
  product = await startProduct()
  home = mkdtempSync('/var/tmp/hm-started-')
  const local = join(home, 'cache', 'local')
  linkImages(join(local, 'images'))
  linkCompiled(join(home, 'cache'))
  // Prevents trimming, because files of other tests there must stay.
  writeFileSync(join(local, 'trimmed'), '')
  writeFileSync(join(home, '.gitconfig'), '[user]\nname = A\nemail = a@example.com\n')
})
afterAll(async () => {
  await product.remove()
  removeTree(home)
})

async function type(script: string) {
  const shell = spawn('bash', ['-e', '-o', 'pipefail', '-c', script], {
    cwd: home,
    env: {
      PATH: `${join(repository, 'node_modules/.bin')}:${process.env.PATH}`,
      HOME: home,
      HM_CACHE_DIR: join(home, 'cache'),
      HM_API_URL: product.server().url,
      HARMONT_BOOTSTRAP_TOKEN: product.token,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [code] = await once(shell, 'close')
  return { code, said }
}

it('works as documented', async () => {
  const told: string[] = []
  for (const { kind, script } of blocks) {
    const { code, said } = await type(script)
    expect(code, `${script}\n${said}`).toBe(kind === 'fails' ? 1 : 0)
    told.push(said)
  }
  const [, first, second, broken, logs, inside, mended, signedIn, cloud] = told
  expect(first).toContain('build: passed')
  expect(second).toContain('1 cached')
  expect(broken).toContain('build: first failure: test, exit 1')
  expect(logs).toContain('1 == 5')
  expect(inside).toContain('a - b')
  expect(mended).toContain('build: passed')
  expect(signedIn).toContain('admin')
  expect(cloud).toMatch(/#1 +passed/)
  expect(told).toHaveLength(9)
})
