interface Options {
  readonly deny?: boolean
}

/**
 * Follows an authorize URL as a browser does, cookies included, until it leaves the provider.
 * Returns that address.
 */
export async function playBrowser(
  origin: string,
  authorizeUrl: string,
  sub: string,
  { deny = false }: Options,
): Promise<URL> {
  const jar = new Map<string, string>()
  let url = new URL(authorizeUrl)
  for (let steps = 0; steps < 12; steps += 1) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        'x-test-person': sub,
        ...(deny ? { 'x-test-deny': 'yes' } : {}),
      },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) throw new Error(`the provider answered ${response.status}: ${await response.text()}`)
    url = new URL(location, url)
    if (url.origin !== origin) return url
  }
  throw new Error('the provider sends its browser round in circles')
}
