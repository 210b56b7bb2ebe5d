import { webauthn } from '../webauthn/webauthn.ts'

/** Throws for a ceremony that ran in a frame of somebody else's page: ours are never framed. */
export async function refuseFramed(clientDataJSON: string): Promise<void> {
  const { decodeClientDataJSON } = await webauthn()
  if (decodeClientDataJSON(clientDataJSON).crossOrigin === true)
    throw new Error('it was made in a frame of another page')
}
