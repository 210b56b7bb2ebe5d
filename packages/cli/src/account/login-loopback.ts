import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CloudClient, CloudError, pause } from '@harmont/cloud'
import type { Context } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { openBrowser } from '../server/browser.ts'

const pollMs = 750
const patienceMs = 5 * 60_000
/** Time limit for the browser's redirect. It never arrives from a browser on another machine. */
const pageMs = 2_000

/**
 * Signs in through the web application and returns the session's token. Rejects with exit 3 when
 * nobody confirms within 5 minutes.
 */
export async function loginByLoopback(
  context: Pick<Context, 'output' | 'signal'>,
  client: CloudClient,
  appUrl: string,
): Promise<string> {
  const { output, signal } = context
  const nonce = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  await using callback = await listenForCallback(state, appUrl)
  const address = `${appUrl}/cli-login?port=${callback.port}&nonce=${nonce}&state=${state}&code=1`
  output.say(`matching code: ${matchingCode(nonce)}`)
  output.say(`opening ${address}`)
  if (!(await openBrowser(address, context))) output.say('could not open a browser: open the address yourself')
  const deadline = performance.now() + patienceMs
  // The browser is redirected here once the token is ready.
  let back: Promise<void> = callback.arrived
  while (performance.now() < deadline) {
    const token = await claim(client, nonce, signal)
    if (token !== undefined) {
      // The redirect is under way: without a response the browser would show an error.
      await Promise.race([callback.arrived, sleep(pageMs, undefined, { ref: false, signal })])
      return token
    }
    const isBack = await Promise.race([pause(pollMs, signal).then(() => false), back.then(() => true)])
    // Later polls depend on the pause alone.
    if (isBack) back = new Promise<never>(() => {})
  }
  throw new HmError(exits.signedOut, 'login_expired', 'the sign-in was not confirmed within 5 minutes', {
    fix: 'hm login --paste',
  })
}

async function claim(client: CloudClient, nonce: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await client.cliClaim({ body: { nonce } }, { signal })).token
  } catch (error) {
    if (error instanceof CloudError && error.code === 'cli_code_invalid') return undefined
    // Retries after a lost response, but not after a refusal.
    if (error instanceof CloudError && error.isPassing) return undefined
    throw error
  }
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * Returns the code that both the terminal and the page show, `KX7P-4T9M`: the first 40 bits of a
 * digest of the nonce.
 */
function matchingCode(nonce: string): string {
  const digest = createHash('sha256').update(`harmont-cli-login\n${nonce}`).digest()
  const bits = BigInt(`0x${digest.subarray(0, 5).toString('hex')}`)
  const characters = Array.from({ length: 8 }, (_, at) => crockford[Number((bits >> BigInt(35 - 5 * at)) & 31n)])
  return `${characters.slice(0, 4).join('')}-${characters.slice(4).join('')}`
}

interface Callback extends AsyncDisposable {
  readonly port: number
  /** Resolves when the browser returns with the expected state. */
  readonly arrived: Promise<void>
}

/**
 * Listens for `/callback` on 127.0.0.1 and, where there is IPv6, on ::1; answers 404 to all else.
 * The response links to the web application at `appUrl`, where the user can end the session.
 */
async function listenForCallback(state: string, appUrl: string): Promise<Callback> {
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
  // The IPv4 address suffices without IPv6, or if another program uses the port there.
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
