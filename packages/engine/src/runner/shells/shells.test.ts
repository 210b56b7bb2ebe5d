import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { RunnerParts } from '../job-context.ts'
import type { ShellWork } from './open-shell.ts'
import { Shells } from './shells.ts'

const failure = new Error('EIO: i/o error, lstat')

/** Returns parts with a driver whose commands have an end that cannot be read. */
function brokenParts() {
  const happened: unknown[] = []
  const stream = () => new PassThrough().end()
  const conversation = {
    ...{ input: stream(), output: stream(), errors: stream() },
    exited: () => Promise.reject(failure),
    kill: async () => undefined,
  }
  const sandbox = { talk: async () => conversation, destroy: async () => void happened.push('destroyed') }
  const driver = { resolveImage: async () => ({ digest: 'sha256:1' }), create: async () => sandbox }
  const options = { driver, networkModes: ['none'], log: (...[, , error]: unknown[]) => void happened.push(error) }
  const parts = { options, settings: { pidsLimit: 100 }, inHand: { images: { use: () => undefined } } }
  return { parts: parts as unknown as RunnerParts, happened }
}

const step = { key: 's', image: 'host', env: {}, secrets: {}, resources: { cpu: 1, memoryGb: 1, diskGb: 1 } }
const work = { step, snapshot: null, withSource: false, buildEnv: {}, injectedEnv: {} } as unknown as ShellWork

test('a shell whose end cannot be read is reported and removed, and does not end the process', async () => {
  const { parts, happened } = brokenParts()
  const shells = new Shells(parts, { longestMs: 60_000, idleMs: 60_000 })
  const shell = await shells.open(work, { script: 'true', size: null })
  await expect(shell.exited()).rejects.toBe(failure)
  await shells.close()
  // Vitest fails at a rejection that nothing handles.
  expect(happened).toEqual([failure, 'destroyed'])
})
