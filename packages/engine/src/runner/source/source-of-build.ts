import { Readable } from 'node:stream'
import { type Checkout, SandboxError, type SandboxSpec, SourceUnreachable } from '@harmont/sandbox'
import { type LocalFiles, SourceUnavailable } from '../../port.ts'
import { StopAsked } from '../held-lease.ts'
import type { JobContext } from '../job-context.ts'
import { persist } from '../retry.ts'

/** A source tree. The source of a repository includes its git directory. */
export type BuildFiles = LocalFiles | Checkout

/** Returns the mounts of the build's git directory for a sandbox. */
export function gitMounts(files: BuildFiles | null): Pick<SandboxSpec, 'gitDirectory' | 'gitObjects'> {
  if (files === null || !('gitDirectory' in files) || files.gitDirectory === undefined) return {}
  const { gitDirectory } = files
  return 'gitObjects' in files && files.gitObjects !== undefined
    ? { gitDirectory, gitObjects: files.gitObjects }
    : { gitDirectory }
}

/** SHA-256 of zero bytes, which are the archive of an empty tree. */
const nothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** The owner of the source could not be reached. */
class NotNow extends Error {
  override readonly name = 'NotNow'
}

/**
 * Returns the build's source on this machine; null when it is empty and `wantsEmpty` is false.
 * Retries for some minutes after temporary failures. Throws SandboxError `source_invalid` or
 * `source_fetch_failed`, `SourceUnavailable`, or the reason when the job must end meanwhile.
 */
export async function sourceOfBuild(context: JobContext, wantsEmpty: boolean): Promise<BuildFiles | null> {
  const { options, settings, lease } = context
  const { buildId, jobId } = lease.job
  const stopping = new AbortController()
  void lease.stopAsked.then(() => stopping.abort(new StopAsked(`job ${jobId} must end`)))
  let got: Attempt
  try {
    got = await lease.whileWanted(() =>
      persist(() => attempt(context, wantsEmpty), {
        signal: AbortSignal.any([lease.signal, stopping.signal]),
        giveUpMs: settings.sourceGiveUpMs,
        onFailure: (error) => options.log('warn', `build ${buildId}: could not get its source yet: ${error}`),
      }),
    )
  } catch (error) {
    if (lease.signal.aborted || lease.stopReason !== null) throw error
    options.log('error', `build ${buildId}: could not get its source`, error)
    throw tooLate(error, settings.sourceGiveUpMs)
  }
  if ('failure' in got) throw got.failure
  return got.files
}

type Attempt = { readonly files: BuildFiles | null } | { readonly failure: unknown }

/** Returns a final failure, and throws a temporary one. */
async function attempt(context: JobContext, wantsEmpty: boolean): Promise<Attempt> {
  try {
    return { files: await obtain(context, wantsEmpty) }
  } catch (failure) {
    if (failure instanceof NotNow || failure instanceof SourceUnreachable) throw failure
    return { failure }
  }
}

function obtain(context: JobContext, wantsEmpty: boolean): Promise<BuildFiles | null> {
  return offered(context, context.lease.job.buildId, wantsEmpty)
}

/**
 * Returns the build's source on this machine, even an empty tree, with a single attempt. Throws a
 * SandboxError, `SourceUnavailable`, and temporary errors.
 */
export function offeredTree(parts: Parts, buildId: string): Promise<BuildFiles | null> {
  return offered(parts, buildId, true)
}

type Parts = Pick<JobContext, 'options' | 'settings' | 'sources'>

async function offered(
  { options, settings, sources }: Parts,
  buildId: string,
  wantsEmpty: boolean,
): Promise<BuildFiles | null> {
  const known = await sources.known(buildId)
  if (known) return known
  const { sourceLimits: limits } = settings
  const offer = await asked(() => options.port.fetchSource(buildId))
  if (offer?.kind === 'tree') {
    const { kind: _, ...files } = offer
    return { ...files, tree: sources.use(offer.tree) }
  }
  if (offer?.kind === 'git') return sources.checkout(buildId, { ...offer, limits })
  if (offer === null) {
    const archive = () => Readable.from([])
    return wantsEmpty ? { tree: await sources.unpack({ sha256: nothing, archive, limits }) } : null
  }
  const archive = async () => Readable.from(arriving(await asked(() => offer.open())))
  return { tree: await sources.unpack({ sha256: offer.sha256, archive, limits }) }
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    if (cause instanceof SourceUnavailable) throw cause
    throw new NotNow(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/**
 * Yields the bytes of an archive. An archive that breaks off may be complete in a later attempt.
 */
async function* arriving(archive: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* archive
  } catch (cause) {
    throw new NotNow(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** Returns the error after the last attempt; its cause is only for the operator. */
function tooLate(error: unknown, afterMs: number): SandboxError {
  const why = error instanceof SourceUnreachable ? error.message : 'The server could not provide the source.'
  const message = `${why} Retried for ${Math.round(afterMs / 1000)} s.`
  return new SandboxError('source_fetch_failed', message, { cause: error })
}
