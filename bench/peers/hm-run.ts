import { join } from 'node:path'
import process from 'node:process'
import { forkPipeline } from '../growth/curves/parent.ts'
import { pipelineFile } from '../own-hm.ts'
import {
  firstLineScript,
  firstWord,
  logScript,
  output,
  toBytes,
  toWord,
  whole,
  write,
  writeSource,
} from './commands.ts'
import { manyFiles } from './many-files.ts'
import { nothing, type Peer } from './peer.ts'

const hm = join(import.meta.dirname, '../../packages/cli/bin/hm.js')

export const hmRun: Peer = {
  name: '**`hm run`**',
  isolates: 'files, processes, network, limits, users, system calls',
  async open(folder) {
    const env = { HOME: folder, HM_CACHE_DIR: join(folder, 'cache') }
    const version = (await output({ folder, line: [process.execPath, '--', hm, '--version'] })).trim()
    const project = async (at: string, pipeline: string, ...args: string[]) => {
      await write(at, { '.hm/ci.ts': pipeline })
      return { folder: at, line: [process.execPath, '--', hm, 'run', '--parallelism', '2', ...args], env } as const
    }
    const steps = (expression: string) => async (at: string) => whole(await project(at, pipelineFile(expression)))
    const independent = (count: number) =>
      steps(`Array.from({ length: ${count} }, (_, n) => scratch().sh('true', { label: 's' + n }))`)
    return {
      version,
      works: {
        one: independent(1),
        hundred: independent(100),
        thousand: independent(1_000),
        chain: steps(`[Array.from({ length: 50 }).reduce((on) => on.sh('true'), scratch())]`),
        async forks(at) {
          const command = await project(at, forkPipeline(`mkdir /data && cd /data && ${manyFiles}`, 10))
          await output(command)
          return whole(command)
        },
        async unchanged(at) {
          await writeSource(at)
          const command = await project(at, pipelineFile(`[scratch().sh('true', { cache: onChange('src') })]`))
          await output(command)
          return whole(command)
        },
        firstLine: async (at) =>
          toWord(firstWord, await project(at, pipelineFile(`[scratch().sh('${firstLineScript}')]`), '--logs')),
        log: async (at) => toBytes(await project(at, pipelineFile(`[scratch().sh('${logScript}')]`), '--logs')),
      },
      ...nothing,
    }
  },
}
