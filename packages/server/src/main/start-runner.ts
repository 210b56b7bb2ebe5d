/** Starts the role `runner`, which runs jobs of a server on another machine. It has no database. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Collector, createRunner, type Runner } from '@harmont/engine'
import { connectRunner, type WireShells } from '@harmont/wire'
import type { Logger } from 'pino'
import { openSandboxes, runnerOn } from '../builds/engine/open-sandboxes.ts'
import { toLog } from '../builds/engine/start-builds.ts'
import { openDisk } from '../platform/data-directory/disk.ts'
import { openDataDirectory } from '../platform/data-directory/open-data-directory.ts'
import { type Settings, SettingsError } from '../platform/settings/read-settings.ts'
import { readCertificates } from '../runners/runner-caller.ts'
import type { PeerOptions } from './open-peer.ts'
import { RunnerSession } from './runner-session.ts'

interface StartOptions {
  readonly settings: Settings
  readonly log: Logger
  /** Ends the runner. Commands continue, and the next start adopts them. */
  readonly signal: AbortSignal
}

interface RunningRunner {
  readonly readyLine: string
  /** Resolves with the exit code once everything is closed. */
  readonly ended: Promise<number>
}

/** The time for clients to receive the message that their shells end. */
const farewellMs = 2_000
/** EX_TEMPFAIL: a supervisor starts the runner again, perhaps in a newer release. */
const outdatedCode = 75

/** Starts a runner, and returns it once it requests work. */
export async function startRunner({ settings, log, signal }: StartOptions): Promise<RunningRunner> {
  const { serverUrl: url, runnerSlots: slots, drainSeconds } = settings
  if (url === null) throw new Error('the role `runner` has no HARMONT_SERVER_URL despite validation')
  const started = new AsyncDisposableStack()
  const over = Promise.withResolvers<number>()
  const end = (code: number, why: string) => {
    log.error(why)
    over.resolve(code)
  }
  try {
    const directory = await openDataDirectory(settings.dataDirectory)
    const disk = await openDisk(directory, settings.leastFreeBytes, log)
    started.defer(() => disk.stop())
    const engineLog = toLog(log.child({ part: 'engine' }))
    const ca = await readCertificates(settings.serverCa)
    const sandboxes = await openSandboxes({ settings, directory }, (hasRoom) => collecting.makeRoom(hasRoom), true)
    if ('lacking' in sandboxes) throw new SettingsError(sandboxes.lacking)
    started.defer(() => sandboxes.driver.close())
    const session = await RunnerSession.open(
      { url, ca, key: settings.runnerKey, directory, slots, log: engineLog, onRefused: (why) => end(1, why) },
      signal,
    )
    started.defer(() => session.close())
    const peer = await openPeer(settings, { ...sandboxes, directory, log: engineLog })
    started.defer(() => peer?.close())
    const port = connectRunner({
      url,
      ...(peer && { peer }),
      ...(ca !== null && { ca }),
      token: (refused) => session.token(refused),
      onOutdated: (why) => end(outdatedCode, why),
      log: engineLog,
    })
    started.defer(() => port.close())
    const own = await runnerOn(sandboxes, { settings, directory, disk, log }, session.id)
    const runner = createRunner({ ...own, port, log: engineLog })
    const liveSnapshots = (pinnedMs: number) => port.liveSnapshots(session.id, pinnedMs)
    const collecting = new Collector({ liveSnapshots, runner, disk, cacheBytes: own.cacheBytes, log: engineLog })
    await runner.start()
    collecting.start()
    const endShells = openShells(port.shells, runner, log.child({ part: 'shells' }))
    started.defer(async () => {
      await Promise.all([collecting.stop(), endShells()])
      if (signal.aborted) return runner.drain(drainSeconds * 1000)
      // The server accepts no report of a refused runner, so reports are not retried.
      await port.close()
      await runner.stop()
    })
    if (signal.aborted) over.resolve(0)
    signal.addEventListener('abort', () => over.resolve(0))
    return {
      readyLine: `Harmont runs jobs of ${url} as the runner ${session.id}, data in ${directory.path}.`,
      ended: over.promise.finally(() => started.disposeAsync()),
    }
  } catch (error) {
    await started.disposeAsync()
    throw error
  }
}

/** Lets other runners take layers from this one, if configured. */
async function openPeer({ peerAddress: address }: Settings, own: Omit<PeerOptions, 'address'>) {
  return address === null ? undefined : (await import('./open-peer.ts')).openPeer({ ...own, address })
}

/**
 * Opens shells that the server requests. Returns a function that ends them with a message to their
 * clients.
 */
function openShells(shells: WireShells, runner: Runner, log: Logger): () => Promise<void> {
  const closing = new AbortController()
  const open = new Set<Promise<void>>()
  const unsubscribe = shells.onAsked((ticket) => {
    const served = import('./runner-shells.ts')
      .then(({ serveShell }) => serveShell(ticket, { shells, runner, log, closing: closing.signal }))
      .finally(() => open.delete(served))
    open.add(served)
  })
  return async () => {
    unsubscribe()
    closing.abort()
    await Promise.race([Promise.all(open), sleep(farewellMs)])
  }
}
