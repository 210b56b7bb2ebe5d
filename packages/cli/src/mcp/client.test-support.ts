import process from 'node:process'
import { until } from '@harmont/test-kit/until'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { hmProgram } from '../test-support/run-hm.ts'
import { mostTokens, tokenCount } from './answer.ts'

export interface Told {
  readonly text: string
  readonly isError: boolean
  /** Harmont's own sentences, and the lines between the marks. */
  readonly said: readonly string[]
  readonly data: readonly string[]
  /** The proposed calls of the answer. */
  readonly next: readonly { readonly tool: string; readonly input: Record<string, unknown> }[]
}

export interface Agent extends AsyncDisposable {
  readonly client: Client
  /** Tokens of all answers so far. */
  tokens(): number
  call(tool: string, input?: Record<string, unknown>): Promise<Told>
}

/** Connects the official client to a separate `hm mcp`, like a coding agent. */
export async function openAgent(
  directory: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<Agent> {
  const client = new Client({ name: 'test', version: '1' })
  const args = ['--', hmProgram, 'mcp', ...flags]
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args, cwd: directory, env: { ...env }, stderr: 'inherit' }),
  )
  let tokens = 0
  return {
    client,
    tokens: () => tokens,
    async call(tool, input = {}) {
      const { content, isError } = await client.callTool({ name: tool, arguments: input }, undefined, {
        timeout: 120_000,
      })
      const text = (content as { readonly text: string }[]).map((part) => part.text).join('\n')
      const count = tokenCount(text)
      if (count > mostTokens) throw new Error(`the answer of ${tool} has ${count} tokens`)
      tokens += count
      return { ...partsOf(text), isError: isError === true }
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}

/** Starts a run or a build through the tool. Returns the answer about its end. */
export async function runToEnd(agent: Agent, input: Record<string, unknown>): Promise<Told> {
  const { isError, text, next } = await agent.call('run', input)
  const [waits] = next
  if (isError || waits?.tool !== 'wait') throw new Error(`nothing was started: ${text}`)
  return until(
    () => agent.call('wait', { ...waits.input, seconds: 50 }),
    (told) => told.next[0]?.tool !== 'wait',
  )
}

function partsOf(text: string): Omit<Told, 'isError'> {
  const lines = text.split('\n')
  const from = lines.findIndex((line) => line.startsWith('<<< data '))
  const to = lines.indexOf(`${lines[from]?.slice('<<< data '.length)} end of data >>>`)
  const outside = from === -1 ? lines : [...lines.slice(0, from - 1), ...lines.slice(to + 1)]
  return {
    text,
    said: outside.filter((line) => !line.startsWith('next: ')),
    data: from === -1 ? [] : lines.slice(from + 1, to),
    next: outside.flatMap((line) => {
      const [, tool = '', input = ''] = /^next: (\w+) (\{.*\}) /.exec(line) ?? []
      return tool === '' ? [] : [{ tool, input: JSON.parse(input) as Record<string, unknown> }]
    }),
  }
}
