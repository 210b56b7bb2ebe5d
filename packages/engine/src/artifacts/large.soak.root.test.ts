import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scaled } from '@harmont/test-kit/effort'
import { expect, test } from 'vitest'
import { makeOutsideEngine } from '../runner/outside-engine.test-support.ts'
import { settled, step, submit } from '../runner/runner.test-support.ts'
import { mostArtifactBytes, partBytes } from './artifact.ts'
import { openFileParts } from './file-parts.ts'

/** Size of a sparse file with distinct parts; it reaches 10 GB at effort 40. */
const bytes = Math.min(scaled(16) * partBytes, mostArtifactBytes)
const sparse = `python3 -c 'import os
file = open("large", "wb")
for at in range(0, ${bytes}, ${partBytes}): file.seek(at); file.write(b"part %d" % at)
file.truncate(${bytes})'`

test('G67 a file of any size is kept with little memory, and a second equal file sends nothing', async () => {
  const engine = await makeOutsideEngine()
  const asked = { path: 'large', when: 'passed', kind: 'file', expiresSeconds: null, required: true } as const
  const keep = async () => {
    const id = await submit(engine.bench, [step(sparse, { artifacts: [asked] })])
    const { jobs } = await settled(engine.bench, id, undefined, 900_000)
    expect(jobs.map(({ state, errorMessage }) => [state, errorMessage])).toEqual([['passed', null]])
    const [artifact] = await engine.bench.store.outputs.artifacts(jobs[0]?.id ?? '')
    if (artifact === undefined) throw new Error('nothing was kept')
    return artifact
  }
  const highWater = async () => {
    const status = await readFile(`/proc/${engine.pid()}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
  }
  try {
    await engine.start()
    const first = await keep()
    const used = await highWater()
    expect(used, `${Math.round(used / 1024 ** 2)} MiB`).toBeLessThan(200 * 1024 ** 2)
    expect([first.bytes, first.parts.length]).toEqual([bytes, Math.ceil(bytes / partBytes)])
    const { pathOf } = openFileParts(join(engine.directory, 'parts'))
    const whole = createHash('sha256')
    for (const digest of first.parts) for await (const chunk of createReadStream(pathOf(digest))) whole.update(chunk)
    expect(whole.digest('hex')).toBe(first.sha256)
    // The new process would die when it sends its third part.
    await engine.kill()
    await engine.start('put')
    expect(await keep()).toEqual(first)
    console.log(`${bytes / 1024 ** 3} GiB: the engine used at most ${Math.round(used / 1024 ** 2)} MiB`)
  } finally {
    await engine.remove()
  }
})
