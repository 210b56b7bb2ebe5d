import { type Command, commit, firstWord, output, toBytes, toWord, whole, write, writeSource } from './commands.ts'
import { linkTools, toolsEnv } from './npm-tools.ts'
import { nothing, type Once, type Opened, type Peer, type Work } from './peer.ts'
import { type Step, stepsOf } from './steps-of-work.ts'

/** A program that runs the commands of a project in the project's own folder. */
export interface TaskRunner {
  readonly name: string
  readonly isolates?: string
  version(folder: string): Promise<string>
  /**
   * Returns the runner's configuration for these steps. `cachedBy`: the folder whose files decide
   * whether results are reused.
   */
  files(steps: readonly Step[], cachedBy: string | null): Readonly<Record<string, string>>
  /** Returns the command line that runs these steps, two at a time. */
  line(steps: readonly Step[]): Command['line']
  /** Unsupported benchmarks. */
  readonly cannot?: readonly Work[]
}

/** Makes a peer from an npm task runner. */
export function taskRunner({ name, isolates = 'nothing', version, files, line, cannot = [] }: TaskRunner): Peer {
  const prepared = async (folder: string, steps: readonly Step[], cachedBy: string | null): Promise<Command> => {
    await write(folder, { '.gitignore': 'node_modules\n', ...files(steps, cachedBy) })
    await linkTools(folder)
    await commit(folder)
    return { folder, line: line(steps), env: toolsEnv }
  }
  const once = (work: Work, command: Command): Once => {
    if (work === 'firstLine') return toWord(firstWord, command)
    return work === 'log' ? toBytes(command) : whole(command)
  }
  return {
    name,
    isolates,
    async open(folder): Promise<Opened> {
      const works = Object.entries(stepsOf).map(([work, steps]) => [
        work,
        async (at: string) => once(work as Work, await prepared(at, steps, null)),
      ])
      const unchanged = async (at: string) => {
        await writeSource(at)
        const command = await prepared(at, stepsOf.one ?? [], 'src')
        await output(command)
        return whole(command)
      }
      const all = { ...Object.fromEntries(works), unchanged }
      for (const work of cannot) delete all[work]
      return { version: await version(folder), works: all, ...nothing }
    },
  }
}
