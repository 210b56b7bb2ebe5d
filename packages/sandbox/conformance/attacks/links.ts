import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sandbox, SourceTreeRef } from '../../src/sandbox-driver.ts'
import { requestFor, tarOf } from '../../src/source/archive.test-support.ts'
import { unpackSource } from '../../src/source/index.ts'
import { command, finish } from '../bench.ts'
import type { Stage } from './stage.ts'

/**
 * Links that a job leaves for the runner. They point outside the job's files, and the runner works
 * on them as the machine's root.
 */
export interface LinkAttempt {
  readonly name: string
  readonly guarantee: 'G20'
  /** The shell script with which the job creates the links. */
  readonly leaves: string
  readonly stoppedBy: string
  /**
   * The runner's operation on the links. Returns the text that it read, if any. Errors are allowed.
   */
  readonly runner: (scene: Scene) => Promise<string | undefined>
  /** The same operation by a program that follows links. */
  readonly naive: (scene: Scene) => Promise<string | undefined>
}

interface Scene {
  readonly stage: Stage
  /** The sandbox of the job, which has ended. */
  readonly sandbox: Sandbox
  /** The machine's directory of the files that the job wrote. */
  readonly upper: string
  /** A source tree whose `file` contains `from the source`. */
  readonly source: SourceTreeRef
}

const noCache = { cache: null, origin: {} }

/** Runs a later step on the job's snapshot. */
async function nextStep({ stage, sandbox, source }: Scene): Promise<undefined> {
  const { id } = await sandbox.snapshot(noCache)
  const child = await stage.sandbox('none', {}, id)
  try {
    await child.syncSource(source)
  } finally {
    await child.destroy()
  }
}

export const linkAttempts: readonly LinkAttempt[] = [
  {
    name: 'a result that is a link, read by the runner',
    guarantee: 'G20',
    leaves: 'ln -s $WITNESS/secret /workspace/result',
    stoppedBy: 'no link is followed in reading results',
    runner: async ({ sandbox }) => (await sandbox.readFile('/workspace/result', 999))?.toString(),
    naive: ({ upper }) => readFile(join(upper, 'workspace/result'), 'utf8'),
  },
  {
    name: 'a result behind a directory that is a link, read by the runner',
    guarantee: 'G20',
    leaves: 'ln -s $WITNESS /workspace/results',
    stoppedBy: 'no link is followed in reading results',
    runner: async ({ sandbox }) => (await sandbox.readFile('/workspace/results/secret', 999))?.toString(),
    naive: ({ upper }) => readFile(join(upper, 'workspace/results/secret'), 'utf8'),
  },
  {
    name: 'a directory of the source that is a link, written by the runner',
    guarantee: 'G20',
    leaves: 'ln -s $WITNESS/shown /workspace/src',
    stoppedBy: 'no link is followed in bringing the source',
    runner: nextStep,
    naive: ({ upper }) => writeFile(join(upper, 'workspace/src/file'), 'changed').then(() => undefined),
  },
  {
    name: '/workspace itself as a link, written by the runner',
    guarantee: 'G20',
    leaves: 'cd / && rm -r /workspace && ln -s $WITNESS/shown /workspace',
    stoppedBy: 'refused: an earlier step replaced /workspace',
    runner: nextStep,
    naive: ({ upper }) => writeFile(join(upper, 'workspace/file'), 'changed').then(() => undefined),
  },
  {
    name: 'links out of what is kept and removed by the runner',
    guarantee: 'G20',
    leaves: 'ln -s $WITNESS/shown /workspace/out && ln -s $WITNESS/shown/file /workspace/file',
    stoppedBy: 'no link is followed in removing',
    async runner({ stage, sandbox }) {
      await sandbox.snapshot(noCache)
      await sandbox.destroy()
      await stage.bench.driver.snapshots.collect({ keep: new Set([stage.base]), cacheBytes: 0 })
      return undefined
    },
    async naive({ upper }) {
      execFileSync('find', ['-L', join(upper, 'workspace'), '-name', 'file', '-delete'])
      return undefined
    },
  },
]

/**
 * Returns whether the runner, or a program in its place, changed or read the links' targets. Undoes
 * the harm.
 */
export async function followLinks(
  stage: Stage,
  { leaves, ...attempt }: LinkAttempt,
  by: 'runner' | 'naive',
): Promise<'refused' | 'succeeds'> {
  const { world } = stage
  const sandbox = await stage.sandbox('none')
  const { exit, stderr } = await finish(await sandbox.start(command(leaves, { env: world.env })))
  if (exit.code !== 0) throw new Error(`the links could not be made: ${stderr}`)
  const store = await mkdtemp('/var/tmp/harmont-source-')
  const archive = tarOf(['src/file', 'file'].map((name) => ({ name, content: 'from the source' })))
  const source = await unpackSource(requestFor(store, archive))
  const upper = join(world.driver, 'sandboxes', sandbox.handle.id, 'upper')
  const read = await attempt[by]({ stage, sandbox, upper, source }).catch((error: unknown) => String(error))
  const kept = await readFile(join(world.shown, 'file'), 'utf8').catch(() => 'gone')
  await sandbox.destroy()
  await rm(store, { recursive: true })
  await writeFile(join(world.shown, 'file'), 'as it was')
  return read?.includes(world.secret) || kept !== 'as it was' ? 'succeeds' : 'refused'
}
