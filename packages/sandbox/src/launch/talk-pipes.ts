import { closeSync, constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import type { SandboxFiles } from '../layout/layout.ts'
import { run } from '../system/processes.ts'

/** This process's ends of the pipes to a command. */
export interface TalkPipes {
  readonly input: Writable
  readonly output: Readable
  readonly errors: Readable
  /**
   * Call it once the command has opened its ends: afterwards an output ends when its writers are
   * gone.
   */
  begun(): void
  destroy(): void
}

/** Makes the named pipes of a sandbox and opens this process's ends. */
export async function openTalkPipes({ input, output, errors }: SandboxFiles): Promise<TalkPipes> {
  await run('mkfifo', ['--mode=600', input, output, errors])
  const { O_RDWR, O_RDONLY, O_WRONLY, O_NONBLOCK } = constants
  // Opened for reading too, because opening for writing only would wait for a reader.
  const writable = new Socket({ fd: openSync(input, O_RDWR | O_NONBLOCK), readable: false, writable: true })
  const ends = [output, errors].map((path) => {
    const reading = openSync(path, O_RDONLY | O_NONBLOCK)
    // Without a writer, the stream would end before the command opens it.
    const kept = openSync(path, O_WRONLY | O_NONBLOCK)
    return { stream: new Socket({ fd: reading, readable: true, writable: false }), kept }
  })
  const [shown, complaints] = ends.map(({ stream }) => stream)
  if (shown === undefined || complaints === undefined) throw new Error('two pipes were opened')
  const release = () => {
    for (const { kept } of ends.splice(0)) closeSync(kept)
  }
  return {
    input: writable,
    output: shown,
    errors: complaints,
    begun: release,
    destroy() {
      release()
      for (const stream of [writable, shown, complaints]) stream.destroy()
    },
  }
}
