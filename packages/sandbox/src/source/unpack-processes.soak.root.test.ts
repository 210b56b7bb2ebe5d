import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chance, scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { packed } from './archive.test-support.ts'
import { collectSources } from './index.ts'
import { verifyTree } from './manifest.ts'

let home: string
let file: string
let sha256: string
beforeEach(async () => {
  home = await mkdtemp('/var/tmp/harmont-source-')
  file = path.join(home, 'archive')
  const entries = Array.from({ length: 1_500 }, (_, at) => ({ name: `d${at % 50}/f${at}`, content: randomBytes(500) }))
  const bytes = packed(entries)
  await writeFile(file, bytes)
  sha256 = createHash('sha256').update(bytes).digest('hex')
})
afterEach(() => rm(home, { recursive: true, force: true }))

function unpackElsewhere() {
  const module = new URL('./index.ts', import.meta.url).href
  const script = `import { createReadStream } from 'node:fs'
    import { unpackSource } from ${JSON.stringify(module)}
    const request = { archive: () => createReadStream(${JSON.stringify(file)}), sha256: '${sha256}', directory: ${JSON.stringify(`${home}/store`)} }
    console.log(JSON.stringify(await unpackSource(request)))`
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function treeOf(child: ReturnType<typeof unpackElsewhere>): Promise<{ path: string; digest: string }> {
  let output = ''
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString()
  })
  const [code] = await once(child, 'close')
  expect(code).toBe(0)
  return JSON.parse(output)
}

it('two processes that unpack the same archive get the same complete tree', async () => {
  const [one, other] = await Promise.all([treeOf(unpackElsewhere()), treeOf(unpackElsewhere())])
  expect(one).toEqual(other)
  expect(verifyTree(one)).toBe(true)
  expect(await readdir(path.join(home, 'store', 'staging'))).toEqual([])
})

it('a process killed at any moment leaves nothing incomplete that the next one uses', async () => {
  const random = chance()
  const staging = path.join(home, 'store', 'staging')
  for (let round = 0; round < scaled(3, 40); round++) {
    const before = new Set(existsSync(staging) ? await readdir(staging) : [])
    const child = unpackElsewhere()
    const closed = once(child, 'close')
    // It may be killed at any moment after its start.
    await until(
      async () =>
        child.exitCode !== null || (existsSync(staging) && (await readdir(staging)).some((name) => !before.has(name))),
      Boolean,
      { restMs: 5 },
    )
    await sleep(random.between(0, 100))
    child.kill('SIGKILL')
    await closed
  }
  expect(verifyTree(await treeOf(unpackElsewhere()))).toBe(true)
  expect(await readdir(path.join(home, 'store', 'trees'))).toHaveLength(1)
  const nothing = new Set<string>()
  await collectSources({
    directory: path.join(home, 'store'),
    keepTrees: nothing,
    keepManifests: nothing,
    before: new Date(0),
  })
  expect(await readdir(path.join(home, 'store', 'staging'))).toEqual([])
})
