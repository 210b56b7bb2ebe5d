import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'

export interface Callback extends AsyncDisposable {
  readonly port: number
  /** Resolves when the browser came back with the right state. */
  arrived: Promise<void>
}

/** Listens on 127.0.0.1 and, where there is one, ::1 for `/callback`; everything else is 404. Its answer links to the web application at `appUrl`, where the login can be ended. */
export async function listenForCallback(state: string, appUrl: string): Promise<Callback> {
  const { promise: arrived, resolve } = Promise.withResolvers<void>()
  const wanted = Buffer.from(state)
  const answer: RequestListener = (request, response) => {
    const url = URL.parse(request.url ?? '', 'http://127.0.0.1')
    const given = Buffer.from(url?.searchParams.get('state') ?? '')
    const isRight = given.length === wanted.length && timingSafeEqual(given, wanted)
    if (request.method !== 'GET' || url?.pathname !== '/callback' || !isRight) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n')
      return
    }
    const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>hm: signed in</title><main><h1>You are signed in</h1><p>You can close this page and go back to the terminal.</p><p>You can end it at any time under <a href="${new URL(`${appUrl}/account/sessions`).href}">Account → Sessions</a>.</p></main>`
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'",
    })
    response.end(page)
    resolve()
  }
  const servers: Server[] = []
  const listen = async (host: string, port: number): Promise<number> => {
    const server = createServer(answer)
    server.listen(port, host)
    await once(server, 'listening')
    servers.push(server)
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : port
  }
  const port = await listen('127.0.0.1', 0)
  // Without IPv6, or where another program has the port there, the first one is enough.
  await listen('::1', port).catch(() => undefined)
  return {
    port,
    arrived,
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}
