import {
  firstLineScript,
  firstWord,
  logScript,
  numbered,
  output,
  toBytes,
  toWord,
  whole,
  write,
  writeSource,
} from './commands.ts'
import { nothing, type Peer } from './peer.ts'

export const make: Peer = {
  name: 'make',
  isFloor: true,
  isolates: 'nothing',
  async open(folder) {
    const version = (await output({ folder, line: ['make', '--version'] })).split('\n')[0] ?? ''
    const run = async (at: string, makefile: string) => {
      await write(at, { Makefile: makefile })
      return { folder: at, line: ['make', '--silent', '--jobs=2'] } as const
    }
    const independent = (count: number) => async (at: string) => whole(await run(at, independentSteps(count)))
    return {
      version,
      works: {
        one: independent(1),
        hundred: independent(100),
        thousand: independent(1_000),
        chain: async (at) => whole(await run(at, chained)),
        async unchanged(at) {
          await writeSource(at)
          const command = await run(at, 'done: $(wildcard src/*/*)\n\ttrue\n\ttouch done\n')
          await output(command)
          return whole(command)
        },
        firstLine: async (at) => toWord(firstWord, await run(at, `all:\n\t${firstLineScript}\n`)),
        log: async (at) => toBytes(await run(at, `all:\n\t${logScript}\n`)),
      },
      ...nothing,
    }
  },
}

function independentSteps(count: number): string {
  const names = numbered(count, (at) => `s${at}`).join(' ')
  return `all: ${names}\n.PHONY: all ${names}\n${names}:\n\ttrue\n`
}

const chained = numbered(50, (at) => `s${at}:${at === 49 ? '' : ` s${at + 1}`}\n\ttrue\n`).join('')
