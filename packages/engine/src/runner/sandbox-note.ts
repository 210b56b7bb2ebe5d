import { type EgressBound, SandboxError, type SandboxSpec, type SecretRef } from '@harmont/sandbox'
import { hostsOf } from '../core/egress-ceiling.ts'
import type { Step } from '../core/model.ts'
import type { LeaseRef } from '../port.ts'
import type { CacheAddress } from './cache-entry.ts'
import type { RunnerParts } from './job-context.ts'

/** Facts for a later snapshot of the step, which an adopting process could not determine again. */
export interface Promised {
  /** Null for a snapshot that is no cache entry. */
  readonly cache: CacheAddress | null
  /** The secrets that the files may contain. */
  readonly lineage: readonly SecretRef[]
  /** Whether the step's shard of a split is empty, so that its command does not run. */
  readonly isIdle: boolean
}

/** Returns the name of a lease's sandbox. */
export function sandboxId({ jobId, fence }: Pick<LeaseRef, 'jobId' | 'fence'>): string {
  return `${jobId}-${fence}`
}

/** Returns the label of a sandbox, for people and for an adopting process. */
export function sandboxNote(
  { jobId, buildId, fence }: LeaseRef,
  { cache, lineage, isIdle }: Promised = { cache: null, lineage: [], isIdle: false },
): Readonly<Record<string, string>> {
  return {
    jobId,
    buildId,
    fence: String(fence),
    ...(cache === null ? {} : { cacheNamespace: cache.namespace, cacheKey: cache.key }),
    // An older server reads the lineage under this name.
    ...(lineage.length === 0 ? {} : { taint: JSON.stringify(lineage) }),
    ...(isIdle ? { idle: 'true' } : {}),
  }
}

/** Reads the facts about a later snapshot from the label of a sandbox. */
export function notedPromise({ cacheNamespace, cacheKey, taint, idle }: Readonly<Record<string, string>>): Promised {
  const cache =
    cacheNamespace === undefined || cacheKey === undefined ? null : { namespace: cacheNamespace, key: cacheKey }
  const lineage = taint === undefined ? [] : (JSON.parse(taint) as readonly SecretRef[])
  return { cache, lineage, isIdle: idle !== undefined }
}

const gigabyte = 1024 ** 3

/**
 * Returns limits and network of a step's sandbox. Throws a SandboxError if this machine has none of
 * the allowed networks, or cannot enforce its egress list.
 */
export function stepLimits(
  { options, settings }: Pick<RunnerParts, 'options' | 'settings'>,
  { resources: { cpu, memoryGb, diskGb }, egress }: Step,
): Pick<SandboxSpec, 'limits' | 'network' | 'egress'> {
  const limits = { cpu, memoryBytes: memoryGb * gigabyte, diskBytes: diskGb * gigabyte, pids: settings.pidsLimit }
  return { limits, ...(egress === undefined ? anyNetwork(options) : boundNetwork(options, egress)) }
}

type Modes = Pick<RunnerParts['options'], 'networkModes'>

function anyNetwork({ networkModes: [network] }: Modes): Pick<SandboxSpec, 'network'> {
  if (network === undefined)
    throw new SandboxError('provision_failed', 'This machine supports none of the configured network modes.')
  return { network }
}

function boundNetwork(
  { networkModes }: Modes,
  egress: NonNullable<Step['egress']>,
): Pick<SandboxSpec, 'network' | 'egress'> {
  if (networkModes.includes('egress')) return { network: 'egress', egress: { hosts: allowedHosts(egress) } }
  if (egress.length === 0) return { network: 'none' }
  throw new SandboxError(
    'egress_unsupported',
    'The step has an egress list, but this runner has no network that can enforce it: this needs root, and HARMONT_SANDBOX_NETWORK with egress.',
  )
}

function allowedHosts(egress: NonNullable<Step['egress']>): EgressBound['hosts'] {
  if (egress === 'observe') return null
  return hostsOf(egress).map(({ name, isWild, port }) => ({ name, below: isWild, port }))
}
