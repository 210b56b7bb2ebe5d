import { SandboxError, type SandboxSpec } from '@harmont/sandbox'
import type { Step } from '../core/model.ts'
import type { RunnerParts } from './job-context.ts'

const gigabyte = 1024 ** 3

/** What a step's sandbox may have. Throws a SandboxError when this machine has none of the networks that it may. */
export function stepLimits(
  { options, settings }: Pick<RunnerParts, 'options' | 'settings'>,
  { resources: { cpu, memoryGb, diskGb } }: Step,
): Pick<SandboxSpec, 'limits' | 'network'> {
  const [network] = options.networkModes
  if (network === undefined)
    throw new SandboxError('provision_failed', 'This machine supports none of the configured network modes.')
  const limits = { cpu, memoryBytes: memoryGb * gigabyte, diskBytes: diskGb * gigabyte, pids: settings.pidsLimit }
  return { limits, network }
}
