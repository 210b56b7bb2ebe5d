import { setTimeout as sleep } from 'node:timers/promises'
import { RE2JS } from 're2js'
import type { Running } from '../sandbox-driver.ts'
import { endInWords, ServiceError } from '../service-error.ts'
import type { ServiceRecord } from './service-record.ts'

/** A started service, and the means to determine whether it is ready. */
export interface Starting {
  readonly service: ServiceRecord
  /** The ports that its image exposes. */
  readonly ports: readonly number[]
  readonly running: Running
  untilListening(port: number, signal: AbortSignal): Promise<void>
  /** Runs a text for `sh -c` in the service, and returns whether it exited with 0. */
  passes(script: string, signal: AbortSignal): Promise<boolean>
}

interface Sign {
  /** The text for a timeout: the condition that was not met. */
  readonly missing: string
  readonly seen: (signal: AbortSignal) => Promise<void>
}

const commandPauseMs = 100
/** Number of characters of a line that are matched; the rest of a longer line is ignored. */
const longestLine = 1_000

/** Resolves once a service is ready. Rejects with a ServiceError, or with the signal's reason. */
export async function untilReady(starting: Starting, signal: AbortSignal): Promise<void> {
  const { service, running } = starting
  const { name, ready } = service
  const over = new AbortController()
  const both = AbortSignal.any([signal, over.signal])
  const missing = new Set<string>()
  const look = async (sign: Sign) => {
    missing.add(sign.missing)
    await sign.seen(both)
    missing.delete(sign.missing)
  }
  const ended = async () => {
    const exit = await running.exited(both)
    throw new ServiceError(
      'service_failed',
      name,
      `The service ${name} ended with ${endInWords(exit)} before it was ready.`,
      { exit },
    )
  }
  const late = async () => {
    await sleep(ready.timeoutSeconds * 1000, undefined, { signal: both })
    const message = `The service ${name} was not ready after ${ready.timeoutSeconds} s: ${[...missing].join('; ')}.`
    throw new ServiceError('service_timeout', name, message)
  }
  try {
    const seen = async () => {
      await Promise.all(signsOf(starting).map(look))
      // Checked last, because each check runs a program.
      if (ready.command !== null) await look(commandSign(starting, ready.command))
    }
    await Promise.race([seen(), ended(), late()])
  } finally {
    over.abort()
    signal.throwIfAborted()
  }
}

function signsOf(starting: Starting): readonly Sign[] {
  const { service, running } = starting
  const { command, log } = service.ready
  const port = service.ready.port ?? (command === null && log === null ? onlyPort(starting) : null)
  const signs: Sign[] = []
  if (port !== null)
    signs.push({
      missing: `nothing listened on its port ${port}`,
      seen: (signal) => starting.untilListening(port, signal),
    })
  if (log !== null)
    signs.push({
      missing: `no line of its output matched ${JSON.stringify(log)}`,
      seen: (signal) => untilPrinted(running, RE2JS.compile(log), signal),
    })
  return signs
}

function commandSign(starting: Starting, command: string): Sign {
  return {
    missing: 'its ready command did not exit with 0',
    seen: async (signal) => {
      while (!(await starting.passes(command, signal))) await sleep(commandPauseMs, undefined, { signal })
    },
  }
}

function onlyPort({ ports }: Starting): number | null {
  const [port, ...others] = ports
  return port === undefined || others.length > 0 ? null : port
}

/** Reads a service's output from its beginning. Never resolves if no line matches. */
async function untilPrinted(running: Running, pattern: RE2JS, signal: AbortSignal): Promise<void> {
  const rest = { stdout: '', stderr: '' }
  for await (const { stream, bytes } of running.output(0, signal)) {
    const known = rest[stream]
    // The last line may be incomplete. If it already matches, it counts.
    const lines = (known + bytes.toString('latin1')).split('\n').map((line) => line.slice(0, longestLine))
    rest[stream] = lines.at(-1) ?? ''
    if (lines[0] === known) lines.shift()
    if (await hasMatch(lines, pattern)) return
  }
  await new Promise(() => {})
}

const turnMs = 1
/**
 * Pause after each ms of matching, so that matching for all services together takes a tenth of this
 * thread's time.
 */
const restPerMs = 9
let turns: Promise<unknown> = Promise.resolve()

/**
 * Returns whether a line matches. A pattern and a service's output may be chosen to take long [40
 * ms for a line of 1,000 bytes], and matching blocks this thread.
 */
async function hasMatch(lines: readonly string[], pattern: RE2JS): Promise<boolean> {
  for (let at = 0; at < lines.length; ) {
    const matched = turns.then(() => {
      const began = performance.now()
      let found = false
      for (let spentMs = 0; !found && at < lines.length && spentMs < turnMs; spentMs = performance.now() - began)
        found = pattern.matcher(fromLatin1(lines[at++] ?? '')).find()
      return { found, spentMs: performance.now() - began }
    })
    turns = matched.then(({ spentMs }) => (spentMs < turnMs ? undefined : sleep(restPerMs * spentMs)))
    if ((await matched).found) return true
  }
  return false
}

/** Decodes a line once it is complete, because a piece may end within a character. */
function fromLatin1(line: string): string {
  return Buffer.from(line, 'latin1').toString()
}
