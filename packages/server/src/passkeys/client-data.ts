import { decodeClientDataJSON } from '@simplewebauthn/server/helpers'

/** Throws for a ceremony that ran in a frame of somebody else's page: ours are never framed. */
export function refuseFramed(clientDataJSON: string): void {
  if (decodeClientDataJSON(clientDataJSON).crossOrigin === true)
    throw new Error('the ceremony ran in a frame of another page')
}
