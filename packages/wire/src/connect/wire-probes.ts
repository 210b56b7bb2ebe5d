import { randomUUID } from 'node:crypto'
import {
  runnerFeatures as features,
  type HeldFork,
  type LeasedFork,
  type LeasedJob,
  type ProbePort,
  type StepWork,
} from '@harmont/engine'
import { forkEndToWire, jobFromWire, secretsFromWire } from '../forms.ts'
import type { Caller } from './caller.ts'
import { durationsOf } from './server-clock.ts'
import { unlessUnknown } from './transport.ts'

/** Returns the calls about proofs. */
export function wireProbes(caller: Caller): ProbePort {
  const probes: ProbePort = {
    async take() {
      const { answer, exchange } = await caller.call('forks/take', { id: randomUUID(), features })
      if (answer.fork === null) return null
      const { lease: wireLease, job: wireJob } = answer.fork
      const { lastsMs, ...lease } = wireLease
      const durations = durationsOf(exchange)
      const job = jobFromWire(wireJob, durations)
      if (!isStep(job)) throw new TypeError('expected the work of a proof to be a step')
      return {
        lease: { ...lease, expiresAt: durations.expiry(lastsMs).getTime() },
        work: {
          job,
          fetchSecrets: (names) => probes.fetchSecrets(lease, names),
          registryLogin: (registry) => probes.registryLogin(lease, registry),
          dealFiles: (split, files) => probes.dealFiles(lease, split, files),
        },
      }
    },
    async end(fork, end) {
      const wireEnd = forkEndToWire(end, (instant) => caller.clock.at(instant))
      return (await caller.call('forks/end', { fork: refOf(fork), end: wireEnd })).answer.held
    },
    async release() {
      await caller.call('forks/release', {})
    },
    async fetchSecrets(fork, names) {
      const { secrets } = (await caller.call('forks/secrets', { fork: refOf(fork), names })).answer
      if (secrets === null) throw lost(fork)
      return secretsFromWire(secrets)
    },
    async registryLogin(fork, registry) {
      const heard = await unlessUnknown(caller.call('forks/registry-login', { fork: refOf(fork), registry }), null)
      if (heard?.answer.held === false) throw lost(fork)
      return heard?.answer.login ?? null
    },
    async dealFiles(fork, { files: pattern, total }, files) {
      const split = { files: pattern, total }
      const { deal } = (await caller.call('forks/deal', { fork: refOf(fork), split, files })).answer
      if (deal === null) throw lost(fork)
      return deal
    },
  }
  return probes
}

function isStep(job: LeasedJob): job is LeasedFork['work']['job'] {
  return (job.work as StepWork).kind === 'step'
}

function refOf({ jobId, buildId, fork }: HeldFork): HeldFork {
  return { jobId, buildId, fork }
}

function lost({ jobId }: HeldFork): Error {
  return new Error(`the run of the proof of job ${jobId} is lost`)
}
