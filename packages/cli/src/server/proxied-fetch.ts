/** Node's own fetch knows no proxy: where the environment names one, requests go through it, but for the hosts of `NO_PROXY`. */
export async function proxiedFetch(
  env: Readonly<Record<string, string | undefined>>,
): Promise<typeof fetch | undefined> {
  const name = (variable: string) => env[variable.toLowerCase()] || env[variable] || undefined
  const [httpProxy, httpsProxy, noProxy] = [name('HTTP_PROXY'), name('HTTPS_PROXY'), name('NO_PROXY')]
  if (httpProxy === undefined && httpsProxy === undefined) return undefined
  const { EnvHttpProxyAgent, fetch: proxied } = await import('undici')
  const dispatcher = new EnvHttpProxyAgent({
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    noProxy: ['localhost', '127.0.0.1', '[::1]', ...(noProxy === undefined ? [] : [noProxy])].join(','),
  })
  const both = (input: Parameters<typeof proxied>[0], init?: Parameters<typeof proxied>[1]) =>
    proxied(input, { ...init, dispatcher })
  return both as unknown as typeof fetch
}
