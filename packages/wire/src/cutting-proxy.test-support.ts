/** A proxy on loopback that loses requests and answers, for tests. */
import { type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { listen } from './port-under-test.test-support.ts'

/**
 * `before`: the connection breaks before the server has received the request. `after`: it breaks
 * instead of the response. `stall`: the request is held until the runner disconnects, and lost.
 * `late`: the same, but the server receives it after the runner's next two requests: its repetition
 * and the following one. `half`: it breaks within the response.
 */
export type Cut = 'none' | 'before' | 'after' | 'stall' | 'late' | 'half'

export interface CuttingProxy extends AsyncDisposable {
  readonly url: string
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/**
 * Returns a proxy in front of servers. `next` determines the fate of each request, `server` its
 * destination.
 */
export async function cuttingProxy(server: () => string, next: (call: string) => Cut): Promise<CuttingProxy> {
  const late: { readonly deliver: () => Promise<unknown>; behind: number }[] = []

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = (request.url ?? '').split('/runners/v1/')[1] ?? ''
    const cut = next(call)
    const body = await buffer(request)
    const deliver = () => forward(server(), request, body)
    if (cut === 'before') return void request.socket.destroy()
    if (cut === 'stall' || cut === 'late') {
      response.once('close', () => cut === 'late' && late.push({ deliver, behind: 2 }))
      return
    }
    const { status, headers, body: answer } = await deliver()
    for (const one of late) one.behind -= 1
    while (late[0]?.behind === 0) await late.shift()?.deliver()
    if (cut === 'after') return void request.socket.destroy()
    response.writeHead(status, headers)
    if (cut === 'none') return void response.end(answer)
    response.write(answer.subarray(0, answer.length / 2), () => request.socket.destroy())
  }

  const proxy = await listen((request, response) => {
    pass(request, response).catch(() => request.socket.destroy())
  })
  return { url: proxy.url, [Symbol.asyncDispose]: proxy.close }
}

function forward(server: string, { url = '/', method, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = send(server + url, { method, headers, agent: false }, async (answer) => {
      try {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: await buffer(answer) })
      } catch (error) {
        reject(error)
      }
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
