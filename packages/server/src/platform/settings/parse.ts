/**
 * Parsers of environment variables. Each one throws an error that states the expected value without
 * the variable's name.
 */
import { isIP } from 'node:net'
import { isAbsolute } from 'node:path'
import { isRunnerWord } from '@harmont/ir/runner-word'

export type Parse<T> = (text: string) => T

/** An invalid value. The message completes "expected …". */
export class InvalidValue extends Error {
  override readonly name = 'InvalidValue'
}

/** Parses a whole number between two bounds, inclusive. */
export function integer(least: number, most: number): Parse<number> {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidValue(`a whole number from ${least} to ${most}`)
    return value
  }
}

/** Parses one of a closed list of words. */
export function oneOf<const T extends string>(...words: readonly T[]): Parse<T> {
  return (text) => {
    const found = words.find((word) => word === text)
    if (found === undefined) throw new InvalidValue(words.map((word) => `\`${word}\``).join(' or '))
    return found
  }
}

/** Parses entries separated by commas. Blanks around them are dropped. */
export function listOf<T>(entry: Parse<T>): Parse<readonly T[]> {
  return (text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map(entry)
}

export const anyText: Parse<string> = (text) => text

/**
 * Parses a text of at least `least` visible ASCII characters, which a header can contain unchanged.
 */
export function visibleAscii(least: number): Parse<string> {
  return (text) => {
    if (text.length < least || !/^[\x21-\x7e]*$/.test(text))
      throw new InvalidValue(`${least} or more visible ASCII characters`)
    return text
  }
}

/** Parses an absolute http or https address without a path. */
export const origin: Parse<string> = (text) => {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/' || url.search || url.hash)
    throw new InvalidValue('an http or https address without a path, such as `https://ci.example.com`')
  return url.origin
}

/** Parses the server address of a runner, which must be https or local. */
export const runnerServer: Parse<string> = (text) => {
  const url = URL.parse(origin(text))
  const isHere = url !== null && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url?.protocol !== 'https:' && !isHere)
    throw new InvalidValue('an https address; http is for `localhost` only, because runners get sources and secrets')
  return text
}

/** Parses the name of a pool or label of runners. */
export const runnerWord: Parse<string> = (text) => {
  if (!isRunnerWord(text))
    throw new InvalidValue('names of letters, digits, `_`, `.` and `-`, at most 63, that begin with a letter or digit')
  return text
}

export const databaseUrl: Parse<string> = (text) => {
  const url = URL.parse(text)
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol))
    throw new InvalidValue('`postgres://USER:PASSWORD@HOST:PORT/DATABASE`')
  return text
}

/** Parses an address of this machine and a port, such as `10.0.0.5:4100`. */
export const hostAndPort: Parse<{ readonly host: string; readonly port: number }> = (text) => {
  const [, host = '', name = '', port] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text) ?? []
  const isEvery = host === '::' || name === '0.0.0.0'
  if (port === undefined || Number(port) > 65535 || isEvery || (host !== '' && isIP(host) !== 6))
    throw new InvalidValue('one address of this machine and a port, such as `10.0.0.5:4100`')
  return { host: host || name, port: Number(port) }
}

export const emailAddress: Parse<string> = (text) => {
  if (!/^[^\s@]+@[^\s@]+$/.test(text) || text.length > 254) throw new InvalidValue('an e-mail address')
  return text.trim().toLowerCase()
}

export const absolutePath: Parse<string> = (text) => {
  if (!isAbsolute(text)) throw new InvalidValue('an absolute path')
  return text
}

/** Parses a size such as `20GiB` to bytes. */
export const byteSize: Parse<number> = (text) => {
  const match = /^(\d+)(KiB|MiB|GiB|TiB)$/.exec(text)
  if (match === null) throw new InvalidValue('a size such as `20GiB` (KiB, MiB, GiB or TiB)')
  const power = ['KiB', 'MiB', 'GiB', 'TiB'].indexOf(match[2] ?? '') + 1
  return Number(match[1]) * 1024 ** power
}

/** Formats a size for `byteSize` to parse, in the largest unit that divides it. */
export function formatBytes(bytes: number): string {
  const power = [4, 3, 2].find((each) => bytes % 1024 ** each === 0 && bytes > 0) ?? 1
  return `${bytes / 1024 ** power}${['KiB', 'MiB', 'GiB', 'TiB'][power - 1]}`
}

/** Parses a whole number between two bounds, or `forever`. */
export function orForever(least: number, most: number): Parse<number | 'forever'> {
  const number = integer(least, most)
  return (text) => {
    if (text === 'forever') return 'forever'
    try {
      return number(text)
    } catch (error) {
      throw error instanceof InvalidValue ? new InvalidValue(`${error.message}, or \`forever\``) : error
    }
  }
}

/** Parses `10.0.0.0/8` or `10.1.2.3`. */
export const addressBlock: Parse<string> = (text) => {
  if (!isAddressBlock(text)) throw new InvalidValue('an address, or a range such as `10.0.0.0/8`')
  return text
}

function isAddressBlock(text: string): boolean {
  const [, address = '', bits = '0'] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  return version !== 0 && Number(bits) <= (version === 4 ? 32 : 128)
}

/** Parses `10.0.0.0/8`, `10.1.2.3`, or a single address with a port. */
export const addressRange: Parse<string> = (text) => {
  if (isAddressBlock(text)) return text
  const port = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(text)
  if (port === null || Number(port[2]) > 65535)
    throw new InvalidValue('an address, a range such as `10.0.0.0/8`, or `host:port`')
  return text
}

/** Parses an absolute http or https address, and drops trailing slashes. */
export const webAddress: Parse<string> = (text) => {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.search || url.hash || url.username)
    throw new InvalidValue('an http or https address, such as `https://github.example.com/api/v3`')
  return url.href.replace(/\/+$/, '')
}

/** Parses pairs such as `a=1,b=2` in the format of OpenTelemetry, with percent-encoded values. */
export const nameValues: Parse<Readonly<Record<string, string>>> = (text) => {
  const pairs = listOf((pair) => {
    const [, name, value] = /^([^=\s]+)\s*=\s*(.*)$/.exec(pair) ?? []
    try {
      if (name !== undefined && value !== undefined) return [name, decodeURIComponent(value)] as const
    } catch {} // Not percent-encoded.
    throw new InvalidValue('percent-encoded pairs such as `name=value,other=a%20value`')
  })
  return Object.fromEntries(pairs(text))
}

/** Parses a share from 0 to 1. */
export const share: Parse<number> = (text) => {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new InvalidValue('a number from 0 to 1')
  return value
}

/** Parses an http or https URL that is later compared verbatim. */
export const exactUrl: Parse<string> = (text) => {
  if (!['http:', 'https:'].includes(URL.parse(text)?.protocol ?? '')) throw new InvalidValue('an http or https URL')
  return text
}

export const smtpUrl: Parse<string> = (text) => {
  const url = URL.parse(text)
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '')
    throw new InvalidValue('`smtp://USER:PASSWORD@HOST:PORT` or `smtps://…`')
  return text
}

/** Parses the host of a URL: a name or an address, with a port unless it is the default. */
export const hostName: Parse<string> = (text) => {
  const url = URL.parse(`https://${text}`)
  if (url === null || url.host !== text.toLowerCase()) throw new InvalidValue('a host, or `host:port`')
  return url.host
}

/** The price per second of each resource, in micro-cents. */
export interface BillingRates {
  readonly vcpu: number
  readonly memoryGb: number
  readonly diskGb: number
}

export const billingRates: Parse<BillingRates> = (text) => {
  const match = /^vcpu=(\d{1,9}),memory=(\d{1,9}),disk=(\d{1,9})$/.exec(text.replaceAll(' ', ''))
  if (match === null) throw new InvalidValue('`vcpu=N,memory=N,disk=N` in whole micro-cents')
  return { vcpu: Number(match[1]), memoryGb: Number(match[2]), diskGb: Number(match[3]) }
}

/** Formats rates for `billingRates` to parse. */
export function formatRates({ vcpu, memoryGb, diskGb }: BillingRates): string {
  return `vcpu=${vcpu},memory=${memoryGb},disk=${diskGb}`
}
