import { type ForkEnd, type LeaseRef, lackingFeatures, type Phase, SourceUnavailable } from '@harmont/engine'
import {
  forkToWire,
  idTokensToWire,
  renderFromWire,
  secretsToWire,
  shellWorkToWire,
  type WireForkEnd,
  type WirePhase,
} from '../forms.ts'
import type { CallName } from '../protocol.ts'
import type { CallContext } from './call-context.ts'
import { chunksOf } from './framed-calls.ts'
import type { LayerCall } from './layer-calls.ts'
import type { Handlers, LeaseCall } from './lease-calls.ts'

/** Calls about a job that the runner holds, in the order of a job's life. */
export const jobCalls: Handlers<Exclude<CallName, LeaseCall | LayerCall>> = {
  async source(context, { buildId }) {
    await context.requireBuild(buildId)
    try {
      const offer = await context.port.fetchSource(buildId)
      if (offer?.kind === 'tree') throw new Error(`the source of build ${buildId} is on the machine of another runner`)
      return () => ({ offer: offer?.kind === 'archive' ? { kind: offer.kind, sha256: offer.sha256 } : offer })
    } catch (error) {
      if (!(error instanceof SourceUnavailable)) throw error
      const { code, message } = error
      return () => ({ unavailable: { code, message } })
    }
  },

  async secrets(context, { lease, names }) {
    const secrets = await context.ifHeld(lease, null, () => context.port.fetchSecrets(lease, names))
    return () => ({ secrets: secrets && secretsToWire(secrets) })
  },

  async 'id-tokens'(context, { lease }) {
    const idTokens = await context.ifHeld(lease, null, () => context.port.issueIdTokens(lease))
    return () => ({ idTokens: idTokens && idTokensToWire(idTokens) })
  },

  async 'registry-login'(context, { lease, registry }) {
    const found = await context.ifHeld(lease, null, async () => ({
      login: await context.port.registryLogin(lease, registry),
    }))
    return () => ({ held: found !== null, login: found?.login ?? null })
  },

  async deal(context, { lease, split, files }) {
    const deal = await context.ifHeld(lease, null, () => context.port.dealFiles(lease, split, files))
    return () => ({ deal })
  },

  async started(context, { lease, at, phases }) {
    const expiresAt = await context.ifHeld(lease, null, async () =>
      context.port.started(lease, await context.instant(lease, at), await phasesOf(context, lease, phases)),
    )
    return (now) => ({ lastsMs: expiresAt && expiresAt.getTime() - now })
  },

  async substituted(context, { lease, at, image }) {
    const held = await context.ifHeld(lease, false, async () =>
      context.port.substituted(lease, await context.instant(lease, at), image),
    )
    return () => ({ held })
  },

  async 'looked-up'(context, { lease, at, lookUp }) {
    const held = await context.inTurn(lease, 'look-up', false, async () =>
      context.port.lookedUp(lease, await context.instant(lease, at), lookUp),
    )
    return () => ({ held })
  },

  async services(context, { lease, at, services }) {
    const held = await context.inTurn(lease, 'services', false, async () =>
      context.port.services(lease, await context.instant(lease, at), services),
    )
    return () => ({ held })
  },

  async 'open-service-log'(context, { lease, service, isNew }) {
    const log = await context.inTurn(lease, `log of ${service}`, null, () =>
      context.port.openServiceLog(lease, service, isNew),
    )
    return () => ({ log })
  },

  async 'command-ended'(context, { lease, at }) {
    const held = await context.ifHeld(lease, false, async () =>
      context.port.commandEnded(lease, await context.instant(lease, at)),
    )
    return () => ({ held })
  },

  async 'lacking-parts'(context, { lease, wanted }) {
    const lacking = await context.ifHeld(lease, null, () => context.port.lackingParts(lease, wanted))
    return () => ({ lacking })
  },

  async finish(context, { lease, at, outcome, output, phases }) {
    const held = await context.ifHeld(lease, false, async () =>
      context.port.finish(
        lease,
        await context.instant(lease, at),
        outcome,
        output,
        await phasesOf(context, lease, phases),
      ),
    )
    return () => ({ held })
  },

  async rendered(context, { lease, at, result }) {
    const held = await context.ifHeld(lease, false, async () =>
      context.port.rendered(lease, await context.instant(lease, at), renderFromWire(result)),
    )
    return () => ({ held })
  },

  async 'shell/work'({ shells }, { ticket }) {
    const work = await shells.work(ticket)
    return () => ({ work: work && shellWorkToWire(work) })
  },

  async 'shell/secrets'({ shells }, { ticket, names }) {
    const work = await shells.work(ticket)
    const secrets = work && (await work.secrets(names))
    return () => ({ secrets: secrets && secretsToWire(secrets) })
  },

  async 'shell/registry-login'({ shells }, { ticket, registry }) {
    const work = await shells.work(ticket)
    const login = work && (await work.findLogin(registry))
    return () => ({ login })
  },

  async 'forks/take'({ port, runner, shared, turn }, { id, features = [] }) {
    shared.order.enter(`${runner} fork`, turn)
    const [fork] = await shared.forks.once(runner, id, async () => {
      const taken = await port.probes?.take(runner)
      if (!taken) return []
      const { lease, work } = taken
      if (lackingFeatures(work.job.work.step, features).length === 0) return [taken]
      // A runner of an earlier release would ignore options of the step.
      await port.probes?.end(lease, { kind: 'impossible' })
      return []
    })
    return (now) => ({ fork: fork ? forkToWire(fork, now) : null })
  },

  async 'forks/end'(context, { fork, end }) {
    const { probes } = context.port
    const held = await context.ifForkHeld(fork, false, async (takenAt) =>
      probes === null ? false : probes.end(fork, forkEndOf(end, takenAt, context.shared.store.now())),
    )
    return () => ({ held })
  },

  async 'forks/release'({ port, runner }) {
    await port.probes?.release(runner)
    return () => ({})
  },

  async 'forks/secrets'(context, { fork, names }) {
    const { probes } = context.port
    const secrets = await context.ifForkHeld(fork, null, async () => (await probes?.fetchSecrets(fork, names)) ?? null)
    return () => ({ secrets: secrets && secretsToWire(secrets) })
  },

  async 'forks/registry-login'(context, { fork, registry }) {
    const { probes } = context.port
    const found = await context.ifForkHeld(fork, null, async () => ({
      login: (await probes?.registryLogin(fork, registry)) ?? null,
    }))
    return () => ({ held: found !== null, login: found?.login ?? null })
  },

  async 'forks/deal'(context, { fork, split, files }) {
    const { probes } = context.port
    const deal = await context.ifForkHeld(fork, null, async () => (await probes?.dealFiles(fork, split, files)) ?? null)
    return () => ({ deal })
  },
}

/**
 * Limits the instants of phases to the time between the lease and now, because the reporter may
 * lie.
 */
async function phasesOf(
  context: CallContext,
  lease: LeaseRef,
  phases: readonly WirePhase[] = [],
): Promise<readonly Phase[]> {
  const at = (instant: number) => context.instant(lease, instant)
  return Promise.all(
    phases.map(async ([name, from, to]) => ({ name, from: await at(from), to: await at(Math.max(from, to)) })),
  )
}

/** Limits the end's instants to the time since the run was taken, because the reporter may lie. */
function forkEndOf(end: WireForkEnd, takenAt: number, now: number): ForkEnd {
  if (end.kind !== 'ran') return end
  const { chunks, results, log, ...rest } = end
  const endedAt = Math.min(Math.max(end.endedAt, takenAt), now)
  const startedAt = Math.min(Math.max(end.startedAt, takenAt), endedAt)
  return { ...rest, startedAt, endedAt, results: new Map(results), log: chunksOf(chunks, Buffer.from(log, 'base64')) }
}
