/** Messages of rtnetlink, with which the kernel creates links, addresses and routes. */
import { closeSync, readSync, writeSync } from 'node:fs'
import { CallError, call } from './calls.ts'

const AF_NETLINK = 16
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000
const NETLINK_ROUTE = 0
const NLM_F_REQUEST = 1
const NLM_F_ACK = 4
const NLMSG_ERROR = 2
const headBytes = 16
/** Size of an answer's header and its error number. */
const errorBytes = headBytes + 4

export interface Message {
  /** The message's subject, for the error. */
  readonly about: string
  readonly type: number
  readonly flags: number
  readonly body: Buffer
}

/** Returns an attribute, padded. */
export function attribute(type: number, ...content: readonly Buffer[]): Buffer {
  const length = 4 + content.reduce((sum, part) => sum + part.length, 0)
  const head = Buffer.alloc(4)
  head.writeUInt16LE(length, 0)
  head.writeUInt16LE(type, 2)
  return Buffer.concat([head, ...content, Buffer.alloc((4 - (length % 4)) % 4)])
}

export const text = (value: string): Buffer => Buffer.from(`${value}\0`)

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/**
 * Sends messages in sequence, in this thread's network namespace. Throws at the first refused one.
 */
export function sendAll(messages: readonly Message[]): void {
  const socket = call('socket', 'rtnetlink', AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)
  try {
    const answer = Buffer.alloc(4096)
    for (const message of messages) {
      writeSync(socket, encode(message))
      const length = readSync(socket, answer)
      if (length < errorBytes || answer.readUInt16LE(4) !== NLMSG_ERROR)
        throw new Error(`rtnetlink did not answer: ${message.about}`)
      const error = answer.readInt32LE(headBytes)
      if (error !== 0) throw new CallError('rtnetlink', -error, message.about)
    }
  } finally {
    closeSync(socket)
  }
}

function encode({ type, flags, body }: Message): Buffer {
  const head = Buffer.alloc(headBytes)
  head.writeUInt32LE(headBytes + body.length, 0)
  head.writeUInt16LE(type, 4)
  head.writeUInt16LE(NLM_F_REQUEST | NLM_F_ACK | flags, 6)
  return Buffer.concat([head, body])
}
