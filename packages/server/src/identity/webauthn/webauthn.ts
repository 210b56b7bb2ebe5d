/** Loads the WebAuthn library, of 5 MiB, at the first ceremony: many servers never need it. */
export async function webauthn() {
  const [server, helpers] = await Promise.all([
    import('@simplewebauthn/server'),
    import('@simplewebauthn/server/helpers'),
  ])
  return { ...server, ...helpers }
}

/**
 * Throws for a ceremony in a frame of another site's page. This server's own pages are never
 * framed.
 */
export async function refuseFramed(clientDataJSON: string): Promise<void> {
  const { decodeClientDataJSON } = await webauthn()
  if (decodeClientDataJSON(clientDataJSON).crossOrigin === true)
    throw new Error('it was made in a frame of another page')
}
