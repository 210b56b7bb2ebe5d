import { randomUUID } from 'node:crypto'
import type { CallName, Calls } from '../protocol.ts'
import { type Exchange, ServerClock } from './server-clock.ts'
import { type Request, Transport, type TransportOptions } from './transport.ts'

export interface CallTimes {
  /** Time limit for a response, in addition to the requested wait. */
  readonly tryMs: number
  /** Time for which a call is repeated before it fails. */
  readonly wholeMs: number
  /** Maximum wait of a poll. */
  readonly pollMs: number
}

type OneTimes = Pick<Request, 'tryMs' | 'wholeMs' | 'signal'>

export interface Heard<T> {
  readonly answer: T
  readonly exchange: Exchange
}

/** Sends calls by name, and estimates the server's time from the responses. */
export class Caller {
  readonly clock = new ServerClock()
  readonly transport: Transport
  readonly #times: CallTimes
  readonly #session = randomUUID()
  #turns = 0

  constructor(options: TransportOptions, times: CallTimes) {
    this.transport = new Transport(options)
    this.#times = times
  }

  /** Returns the next turn of this process; see `wireHeaders.turn`. */
  turn(): string {
    return `${this.#session}:${++this.#turns}`
  }

  /** Sends a call, and returns its response. */
  call<K extends CallName>(
    name: K,
    request: Calls[K]['request'],
    times?: OneTimes,
  ): Promise<Heard<Calls[K]['answer']>> {
    return this.send(name, () => request, times)
  }

  /** Sends a body, created anew for each try. */
  async send<T>(name: string, body: Request['body'], times?: OneTimes): Promise<Heard<T>> {
    const { tryMs, wholeMs } = this.#times
    const heard = await this.transport.json<T>({ name, body, turn: this.turn(), tryMs, wholeMs, ...times })
    this.clock.learn(heard.exchange)
    return heard
  }
}
