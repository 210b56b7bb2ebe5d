import type { IrResources } from '@harmont/ir'
import { optionsOf, wholeNumberOf } from '../wrong-use.ts'

/** The limits of a step; by default 2 CPUs, 4 GB of memory and 20 GB of disk. */
export interface ResourceOptions {
  readonly cpu?: number
  readonly memoryGb?: number
  readonly diskGb?: number
}

export function resourcesOf(where: string, value: unknown): IrResources {
  const { cpu, memoryGb, diskGb } = optionsOf(where, value, ['cpu', 'memoryGb', 'diskGb'])
  return Object.freeze({
    ...(cpu !== undefined && { cpu: wholeNumberOf(`${where}, cpu`, cpu, 1) }),
    ...(memoryGb !== undefined && { memory_gb: wholeNumberOf(`${where}, memoryGb`, memoryGb, 1) }),
    ...(diskGb !== undefined && { disk_gb: wholeNumberOf(`${where}, diskGb`, diskGb, 1) }),
  })
}
