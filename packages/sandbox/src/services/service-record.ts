import type { ServiceSpec } from '../sandbox-driver.ts'

/** A service as the record of its sandbox describes it. */
export interface ServiceRecord extends Omit<ServiceSpec, 'base'> {
  readonly address: string
}
