import { isIP } from 'node:net'
import { isPublicAddress, PrivateAddress } from '@harmont/sandbox/addresses'
import { FetchRefused } from './fetch-refused.ts'

/**
 * Reads an address that a stranger chose. Throws `FetchRefused` for what is no https URL of a public host; a host among `allowedHosts` (`host` or `host:port`,
 * lower case) may be any, also by http. What a name stands for is not looked up here.
 */
export function checkAddress(text: string, allowedHosts: readonly string[]): URL {
  const url = URL.parse(text)
  if (url === null) throw new FetchRefused('is not a URL')
  // Before they are repeated in a message.
  if (url.username !== '' || url.password !== '') throw new FetchRefused('must not contain a user name or password')
  if (isAllowedHost(url, allowedHosts) && url.protocol === 'http:') return url
  if (url.protocol !== 'https:') throw new FetchRefused(`must begin with https://; got ${url.protocol}//`)
  if (isAllowedHost(url, allowedHosts)) return url
  // `URL` has turned every way of writing an IPv4 address into the usual one.
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new FetchRefused(new PrivateAddress(host).message)
  return url
}

/** Whether the operator allows this host, whatever its addresses are. */
export function isAllowedHost(url: URL, allowedHosts: readonly string[]): boolean {
  return allowedHosts.includes(url.host) || allowedHosts.includes(url.hostname)
}
