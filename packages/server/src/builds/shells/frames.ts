/** The messages of a shell's WebSocket, as defined by the contract's `ShellTicket`. */
import type { ErrorCode } from '@harmont/contract'
import type { TerminalSize } from '@harmont/sandbox'
import { apiError } from '../../platform/http/index.ts'

/** The first byte of a message. */
export const frameKind = { input: 0, output: 1, size: 2, exit: 3, errors: 4, problem: 5 } as const

/** The maximum length of a client's message, including its first byte. */
export const longestFrame = 64 * 1024

/** The first message, which opens a shell. */
export interface Opening {
  /** null: a shell. */
  readonly script: string | null
  /** null: no terminal. */
  readonly size: TerminalSize | null
}

type ClientFrame =
  | { readonly kind: 'input'; readonly bytes: Buffer }
  | { readonly kind: 'size'; readonly size: TerminalSize }

/** Encodes a message: the byte of its kind, then its content. */
export function frame(kind: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(kind), content])
}

export function exitFrame(code: number | null): Buffer {
  return frame(frameKind.exit, Buffer.from(JSON.stringify({ code })))
}

export function problemFrame(code: ErrorCode, message: string): Buffer {
  return frame(frameKind.problem, Buffer.from(JSON.stringify({ code, message })))
}

/** Parses a client's first message. Throws 422 for anything else. */
export function readOpening(message: unknown): Opening {
  const { kind, content } = split(message)
  if (kind !== frameKind.size)
    throw invalid(`The first message must have the first byte ${frameKind.size}; got ${kind}`)
  const fields = jsonObject(content)
  const { script } = fields
  const isAbsent = script === undefined || script === null
  if (!isAbsent && (typeof script !== 'string' || script.includes('\0')))
    throw invalid('`script` must be a string without U+0000')
  const hasSize = fields.cols !== undefined || fields.rows !== undefined
  return { script: isAbsent ? null : script, size: hasSize ? readSize(fields) : null }
}

/** Parses a later message of a client. Throws 422. */
export function readFrame(message: unknown): ClientFrame {
  const { kind, content } = split(message)
  if (kind === frameKind.input) return { kind: 'input', bytes: content }
  if (kind === frameKind.size) return { kind: 'size', size: readSize(jsonObject(content)) }
  throw invalid(`The first byte of a message must be ${frameKind.input} or ${frameKind.size}; got ${kind}`)
}

function split(message: unknown): { readonly kind: number; readonly content: Buffer } {
  const [kind] = Buffer.isBuffer(message) ? message : []
  if (!Buffer.isBuffer(message) || kind === undefined)
    throw invalid('Messages must be binary and have at least one byte; got a text or nothing')
  return { kind, content: message.subarray(1) }
}

function jsonObject(content: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // Text that is not JSON is refused like JSON that is not an object.
  }
  throw invalid('The first byte must be followed by a JSON object')
}

function readSize({ cols, rows }: Readonly<Record<string, unknown>>): TerminalSize {
  return { columns: readCount('cols', cols), rows: readCount('rows', rows) }
}

function readCount(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535) return value
  throw invalid(`\`${name}\` must be a whole number from 1 to 65535`)
}

function invalid(what: string): Error {
  return apiError('request_invalid', `${what}; see \`ShellTicket\` in /api/v0/openapi.json.`)
}
