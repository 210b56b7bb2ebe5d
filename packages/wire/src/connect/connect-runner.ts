import { type LeaseRef, type Log, type RunnerPort, SourceUnavailable } from '@harmont/engine'
import { Agent } from 'undici'
import { idTokensFromWire, leaseToWire, phasesToWire, renderToWire, secretsFromWire } from '../forms.ts'
import { encodeFrame } from '../frames.ts'
import type { Peer } from '../peers/index.ts'
import { type AppendAnswer, archiveCall, framedCalls, longestPollMs } from '../protocol.ts'
import { openStream } from './answer-stream.ts'
import { Appender } from './appender.ts'
import { Caller, type CallTimes } from './caller.ts'
import { DirectTransfer } from './direct-transfer.ts'
import { durationsOf } from './server-clock.ts'
import { type WireShells, wireShells } from './shells.ts'
import { unlessUnknown } from './transport.ts'
import { openConnections, systemRoots } from './trust.ts'
import { wireLayers } from './wire-layers.ts'
import { WireLeases } from './wire-leases.ts'
import { wireProbes } from './wire-probes.ts'

export interface ConnectOptions {
  /** Address of the server: https, or http on this machine. Its path is ignored. */
  readonly url: string
  /** PEM of the only roots to trust, instead of the system's. */
  readonly ca?: string
  /** Returns a token for the next request. If `refused` is given, returns a different one. */
  token(refused?: string): Promise<string>
  /**
   * Called when the server does not speak this release's version: the runner must exit (exit 75).
   */
  onOutdated(message: string): void
  readonly log: Log
  /** Absent unless this runner exchanges layers with other runners. */
  readonly peer?: Peer
  readonly settings?: Partial<ConnectSettings>
}

interface ConnectSettings extends CallTimes {
  readonly connectMs: number
  /** Time for which an archive's bytes may stall, on one connection and in total. */
  readonly stallMs: number
  readonly sourceMs: number
}

const defaultSettings: ConnectSettings = {
  connectMs: 5_000,
  tryMs: 10_000,
  wholeMs: 20_000,
  pollMs: longestPollMs,
  stallMs: 30_000,
  sourceMs: 5 * 60_000,
}

/** The remote end of a `RunnerPort`. */
export interface RemotePort extends RunnerPort {
  readonly shells: WireShells
  /** Ends all calls. */
  close(): Promise<void>
}

/**
 * Connects a runner to a server. Each call is repeated for some seconds while the server is
 * unreachable. It then fails like a local call without its database.
 */
export function connectRunner({ url, ca, token, onOutdated, log, peer, settings: given }: ConnectOptions): RemotePort {
  const settings = { ...defaultSettings, ...given }
  const address = new URL(url)
  const agent = openConnections(address, ca, settings.connectMs)
  const caller = new Caller({ url: address, agent, token, onOutdated }, settings)
  const leases = new WireLeases(caller, settings, log, peer)
  const store = new Agent({ connect: { timeout: settings.connectMs, ca: systemRoots() } })
  const direct = new DirectTransfer({ caller, agent: store, stallMs: settings.stallMs, log })
  return {
    lease: (request) => leases.lease(request),
    reclaim: () => leases.reclaim(),
    async liveSnapshots(_, pinnedMs) {
      const { needed, pinned, left } = (await caller.call('live-snapshots', { pinnedMs })).answer
      return { needed: new Set(needed), pinned, left }
    },
    renew: (_, report) => leases.renew(report),
    onDirective: (listener) => leases.onDirective(listener),
    ...reports(caller, leases),
    ...contents(caller, settings),
    probes: wireProbes(caller),
    shells: wireShells(caller, (listener) => leases.onShell(listener), { ...settings, url: address, ca, token }),
    layers: wireLayers(caller, leases, { direct, peers: peer?.taker(caller) }, settings),
    async close() {
      await caller.transport.close()
      await store.destroy()
    },
  }
}

type Reports = 'started' | 'substituted' | 'lookedUp' | 'services' | 'commandEnded' | 'finish' | 'rendered'

/** Returns the calls that report events of a job. */
function reports(caller: Caller, leases: WireLeases): Pick<RunnerPort, Reports> {
  const instant = (at: number) => caller.clock.at(at)
  const report = (lease: LeaseRef, at: Date) => ({ lease: leaseToWire(lease), at: instant(at.getTime()) })
  return {
    async started(lease, at, phases) {
      const request = { ...report(lease, at), ...phasesToWire(phases, instant) }
      const { answer, exchange } = await caller.call('started', request)
      return answer.lastsMs === null ? null : durationsOf(exchange).expiry(answer.lastsMs)
    },
    async substituted(lease, at, image) {
      return (await caller.call('substituted', { ...report(lease, at), image })).answer.held
    },
    async lookedUp(lease, at, lookUp) {
      return (await caller.call('looked-up', { ...report(lease, at), lookUp })).answer.held
    },
    async services(lease, at, services) {
      return (await caller.call('services', { ...report(lease, at), services })).answer.held
    },
    async commandEnded(lease, at) {
      return (await caller.call('command-ended', report(lease, at))).answer.held
    },
    async finish(lease, at, outcome, output, phases) {
      const request = { ...report(lease, at), outcome, output, ...phasesToWire(phases, instant) }
      const { answer } = await caller.call('finish', request)
      leases.ended(lease)
      return answer.held
    },
    async rendered(lease, at, result) {
      const { answer } = await caller.call('rendered', { ...report(lease, at), result: renderToWire(result) })
      leases.ended(lease)
      return answer.held
    },
  }
}

type Contents = Exclude<
  keyof RunnerPort,
  Reports | 'lease' | 'reclaim' | 'renew' | 'liveSnapshots' | 'onDirective' | 'probes' | 'layers'
>

/** Returns the calls that transfer a job's inputs and outputs. */
function contents(caller: Caller, { tryMs, stallMs, sourceMs }: ConnectSettings): Pick<RunnerPort, Contents> {
  const appender = new Appender(async (body) => {
    return (await caller.send<AppendAnswer>(framedCalls.append, () => body)).answer
  })
  /** The upload of the last part. The server has room for one part at a time. */
  let part: Promise<unknown> = Promise.resolve()
  return {
    append: (lease, chunks, spoolPosition) =>
      appender.append(lease, chunks, spoolPosition, caller.turn(), caller.clock.aheadMs),
    async openServiceLog(lease, service, isNew) {
      return (await caller.call('open-service-log', { lease: leaseToWire(lease), service, isNew })).answer.log
    },
    async lackingParts(lease, wanted) {
      return (await caller.call('lacking-parts', { lease: leaseToWire(lease), wanted })).answer.lacking
    },
    putPart(lease, digest, bytes) {
      const send = async () => {
        const body = Buffer.concat(encodeFrame({ lease: leaseToWire(lease), digest }, [bytes]))
        return (await caller.send<{ readonly held: boolean }>(framedCalls.putPart, () => body)).answer.held
      }
      const sent = part.then(send, send)
      part = sent.catch(() => undefined)
      return sent
    },
    async fetchSecrets(lease, names) {
      const { secrets } = (await caller.call('secrets', { lease: leaseToWire(lease), names })).answer
      if (secrets === null) throw new Error(`the lease of job ${lease.jobId} is lost`)
      return secretsFromWire(secrets)
    },
    async issueIdTokens(lease) {
      const { idTokens } = (await caller.call('id-tokens', { lease: leaseToWire(lease) })).answer
      if (idTokens === null) throw new Error(`the lease of job ${lease.jobId} is lost`)
      return idTokensFromWire(idTokens)
    },
    async registryLogin(lease, registry) {
      const heard = await unlessUnknown(caller.call('registry-login', { lease: leaseToWire(lease), registry }), null)
      if (heard?.answer.held === false) throw new Error(`the lease of job ${lease.jobId} is lost`)
      return heard?.answer.login ?? null
    },
    async dealFiles(lease, { files: pattern, total }, files) {
      const split = { files: pattern, total }
      return (await caller.call('deal', { lease: leaseToWire(lease), split, files })).answer.deal
    },
    async fetchSource(buildId) {
      const { answer } = await caller.call('source', { buildId })
      if ('unavailable' in answer) throw new SourceUnavailable(answer.unavailable.code, answer.unavailable.message)
      const { offer } = answer
      if (offer?.kind !== 'archive') return offer
      const { sha256 } = offer
      const patience = { tryMs, stallMs, wholeMs: sourceMs }
      return { ...offer, open: () => openStream(caller.transport, archiveCall, { buildId, sha256 }, patience) }
    },
  }
}
