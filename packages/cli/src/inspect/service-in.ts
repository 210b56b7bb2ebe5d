import { exits, HmError } from '../errors.ts'

/**
 * Reads `STEP/SERVICE`; undefined for a text without a slash. A step's key may also contain
 * slashes.
 */
export function serviceIn(text: string): { readonly step: string; readonly name: string } | undefined {
  const slash = text.lastIndexOf('/')
  return slash < 1 ? undefined : { step: text.slice(0, slash), name: text.slice(slash + 1) }
}

/** Returns the error for an unknown service of a step. */
export function noService(step: string, name: string, services: readonly string[]): HmError {
  return new HmError(exits.notFound, 'service_not_found', `step ${step} has no service ${name}`, {
    fix: services.length === 0 ? 'it ran without services' : `its services are ${services.join(', ')}`,
  })
}
