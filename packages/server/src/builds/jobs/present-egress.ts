import type { components } from '@harmont/contract'
import type { StepOutput } from '@harmont/engine'
import type { Complete } from '../../platform/http/index.ts'

/** Presents a job's used and refused hosts; null if none were noted. */
export function presentEgress(egress: StepOutput['egress'] | null): Complete<components['schemas']['JobEgress']> {
  if (egress == null) return { mode: null, used: [], refused: [], complete: true }
  const { isBound, isWhole, used, refused } = egress
  return { mode: isBound ? 'list' : 'observe', used: [...used], refused: [...refused], complete: isWhole }
}
