import type { ServiceSpec } from '../sandbox-driver.ts'

/** The description of a service in its sandbox's record. */
export interface ServiceRecord extends Omit<ServiceSpec, 'base'> {
  readonly address: string
}
