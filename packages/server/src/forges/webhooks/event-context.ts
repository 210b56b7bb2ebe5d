import type { Logger } from 'pino'
import type { Forge, ForgeName, Forges } from '../forge/forge.ts'
import type { ConnectedRepository } from '../repositories/connected-repository.ts'
import type { StartServices } from '../triggers/start-build.ts'

export interface EventServices extends StartServices {
  readonly forges: Forges
  readonly log: Logger
}

/** The context of an event of a connected repository. */
export interface EventContext {
  readonly services: EventServices
  readonly forge: Forge
  readonly repository: ConnectedRepository
  /** Identifies the event, so that a retried delivery does not create its builds twice. */
  readonly delivery: { readonly provider: ForgeName; readonly id: string; readonly event: string }
}
