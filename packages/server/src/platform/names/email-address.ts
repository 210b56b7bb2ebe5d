import { domainToASCII } from 'node:url'

const longest = 254
// Excludes quoted local parts, address literals, and characters that could end a header line.
const shape = /^[^\s@<>()[\]\\,;:"\p{C}]{1,64}@([^\s@<>()[\]\\,;:"\p{C}]+)$/u
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * Normalizes an address for storage and comparison: trimmed, lower-cased, its domain in ASCII.
 * Returns undefined for anything but an address of at most 254 characters.
 */
export function readEmailAddress(text: string): string | undefined {
  const address = text.trim().normalize('NFC').toLowerCase()
  const domain = shape.exec(address)?.[1]
  if (domain === undefined || address.startsWith('.')) return undefined
  const ascii = domainToASCII(domain)
  if (ascii === '' || !ascii.split('.').every((part) => label.test(part))) return undefined
  const normal = `${address.slice(0, address.lastIndexOf('@'))}@${ascii}`
  return normal.length <= longest ? normal : undefined
}
