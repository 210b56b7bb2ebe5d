/**
 * Conversations with a process of this machine, for tests that need no sandbox, and a WebSocket
 * server that connects to it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Conversation, TerminalSize } from '@harmont/sandbox'
import { onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { ApiError } from '../../platform/http/index.ts'
import { converse, type Ending, watchClient } from './converse.ts'
import type { Opening } from './frames.ts'

export interface ProcessConversation extends Conversation {
  readonly pid: number
  readonly sizes: readonly TerminalSize[]
}

/** Runs a script without a terminal; sizes are only recorded. */
export function talkToProcess({ script }: Pick<Opening, 'script'>): ProcessConversation {
  const child = spawn('sh', ['-c', script ?? 'exec sh'], { detached: true })
  const { pid } = child
  if (pid === undefined) throw new Error('sh was not started')
  const sizes: TerminalSize[] = []
  const ended = once(child, 'exit').then(([code, signal]) => ({
    ...{ code: code ?? 137, signal, limit: null, overdue: false, output: 'whole' as const, endedAt: new Date() },
  }))
  return {
    pid,
    sizes,
    startedAt: new Date(),
    input: child.stdin,
    output: child.stdout,
    errors: child.stderr,
    exited: () => ended,
    resize: async (size) => {
      sizes.push(size)
    },
    kill: async () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL')
    },
  }
}

/** Starts a server that connects every WebSocket to a new process. `url` accepts any token. */
export async function processHost(times: { readonly silenceMs?: number; readonly firstFrameMs?: number } = {}) {
  const { silenceMs = 60_000, firstFrameMs = 10_000 } = times
  const over = new AbortController()
  const opened: ProcessConversation[] = []
  const endings: Promise<Ending>[] = []
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new WebSocketServer({ server, maxPayload: 64 * 1024, handleProtocols: () => 'harmont-shell' })
  sockets.on('connection', (socket) => {
    watchClient(socket, Math.min(15_000, silenceMs / 4), silenceMs)
    const open = async (opening: Opening) => {
      const conversation = talkToProcess(opening)
      opened.push(conversation)
      return conversation
    }
    const explain = (thrown: unknown) => {
      if (thrown instanceof ApiError) return thrown
      throw thrown
    }
    endings.push(converse(socket, { open, over: over.signal, explain }, { firstFrameMs, closeMs: 200 }))
  })
  onTestFinished(async () => {
    over.abort(new Error('the test is over'))
    for (const socket of sockets.clients) socket.terminate()
    server.close()
    for (const { kill } of opened) await kill()
  })
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, opened, endings, over }
}
