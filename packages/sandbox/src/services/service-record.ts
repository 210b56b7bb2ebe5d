import type { ServiceSpec } from '../sandbox-driver.ts'

/** A service as the record of its sandbox describes it. */
export interface ServiceRecord extends Omit<ServiceSpec, 'base'> {
  /** Id of the sandbox that it belongs to. */
  readonly of: string
  readonly address: string
}
