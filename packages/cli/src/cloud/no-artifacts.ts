import { exits, HmError } from '../errors.ts'

/** No contract of a server has operations for artifacts yet. */
export function noArtifacts(apiUrl: string): HmError {
  return new HmError(exits.refused, 'operation_missing', `the server at ${apiUrl} keeps no artifacts`)
}
