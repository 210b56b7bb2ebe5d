import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { join, relative, resolve } from 'node:path'
import type { Context } from '../context.ts'
import { type ExitCode, exits, usageError } from '../errors.ts'
import { buildAddress } from '../server/address.ts'
import { signedIn } from '../server/session.ts'
import { bytes as amount } from '../terminal/amounts.ts'
import { chooseArtifacts, type ListedArtifact } from './choose.ts'
import { localArtifacts } from './local-artifacts.ts'
import { listedArtifact, ofLastAttempts, openOnServer, serverArtifacts } from './server-artifacts.ts'
import { type OpenBytes, steadyBytes } from './steady-bytes.ts'
import { artifactTarget, type LocalTarget } from './target.ts'
import { writeArtifacts } from './write-artifacts.ts'
import { damaged } from './write-file.ts'

/** `hm artifact get`: fetches artifacts of a local run, or of a build of the server. */
export async function get(context: Context<'artifact get'>): Promise<ExitCode> {
  const target = await artifactTarget(context)
  return target === null ? getFromServer(context) : getFromRun(context, target)
}

const getFromServer = signedIn<'artifact get'>(async (context, session) => {
  const { args, flags } = context
  const address = await buildAddress(context, session, flags)
  const data = await serverArtifacts(session, address, context)
  const isOld = data.some(({ id }) => id === args.artifact)
  const all = (isOld ? data : ofLastAttempts(data)).map(listedArtifact)
  return writeAll(context, chooseArtifacts(all, { ...args, ...flags }), ({ id }) =>
    openOnServer(session, address, id, context),
  )
})

async function getFromRun(context: Context<'artifact get'>, target: LocalTarget): Promise<ExitCode> {
  const { args, flags } = context
  const all = await localArtifacts(target)
  return writeAll(context, chooseArtifacts(all, { ...args, ...flags }), ({ open }) => open)
}

async function writeAll<T extends ListedArtifact>(
  context: Context<'artifact get'>,
  artifacts: readonly T[],
  open: (artifact: T) => OpenBytes,
): Promise<ExitCode> {
  const { flags, directory, output, global, signal } = context
  if (flags.output === '-') return printOne(context, artifacts, open)
  const root = resolve(directory, flags.output ?? '.')
  const written: object[] = []
  const size = artifacts.reduce((sum, { bytes }) => sum + bytes, 0)
  output.say(`${artifacts.length} ${artifacts.length === 1 ? 'artifact' : 'artifacts'}, ${amount(size)}`)
  const onWritten = async ({ step, path, bytes, sha256 }: T, file: string) => {
    if (!global.json) await output.print(join(flags.output ?? '.', relative(root, file)))
    written.push({ step_key: step, path, file, bytes, sha256 })
  }
  await writeArtifacts(root, artifacts, { open, onWritten, signal })
  if (global.json) await output.json({ data: written })
  return exits.ok
}

/** Writes the bytes of one artifact to stdout. */
async function printOne<T extends ListedArtifact>(
  { output: { stdout }, signal, global }: Context<'artifact get'>,
  artifacts: readonly T[],
  open: (artifact: T) => OpenBytes,
): Promise<ExitCode> {
  const [only, ...others] = artifacts
  if (only === undefined || others.length > 0)
    throw usageError(
      `-o - prints one artifact, and ${artifacts.length} are meant`,
      'name one by its path and --step, or a directory with -o',
    )
  if (global.json) throw usageError('--json and -o - both want stdout')
  if (stdout.isTerminal)
    throw usageError('-o - prints bytes, which may harm a terminal', 'redirect stdout, or name a directory')
  const hash = createHash('sha256')
  let printed = 0
  for await (const { bytes, start } of steadyBytes(open(only), 0, only.bytes, signal)) {
    // A server without range support sends the whole file again.
    const fresh = bytes.subarray(Math.max(0, printed - start))
    hash.update(fresh)
    printed += fresh.length
    if (!stdout.stream.write(fresh)) await once(stdout.stream, 'drain', { signal })
  }
  if (hash.digest('hex') !== only.sha256) throw damaged(only)
  return exits.ok
}
