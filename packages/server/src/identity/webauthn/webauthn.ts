/** The library of passkeys. Loaded at the first ceremony: it holds 5 MiB, mostly parsers of certificates, which many a server never needs. */
export async function webauthn() {
  const [server, helpers] = await Promise.all([
    import('@simplewebauthn/server'),
    import('@simplewebauthn/server/helpers'),
  ])
  return { ...server, ...helpers }
}
