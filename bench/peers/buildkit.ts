import {
  type Command,
  firstLineScript,
  firstWord,
  logScript,
  numbered,
  output,
  toWord,
  whole,
  write,
  writeSource,
} from './commands.ts'
import type { Opened } from './peer.ts'

/** The benchmarks as stages of a Dockerfile. A changed variable makes them run again. */
export function buildWorks(program: string): Opened['works'] {
  let round = 0
  const line = (again: boolean): Command['line'] => {
    round += 1
    const variable = again ? `--build-arg ROUND=${round}` : ''
    return [
      'sh',
      '-c',
      `BUILDX_NO_DEFAULT_ATTESTATIONS=1 ${program} buildx build --network=none --progress=plain ${variable} .`,
    ]
  }
  const stages = async (at: string, dockerfile: string): Promise<(again: boolean) => Command> => {
    await write(at, { Dockerfile: dockerfile })
    return (again) => ({ folder: at, line: line(again) })
  }
  const anew = (dockerfile: string) => async (at: string) => {
    const command = await stages(at, dockerfile)
    return () => whole(command(true))()
  }
  return {
    one: anew(independent(1, 'bench/base')),
    hundred: anew(independent(100, 'bench/base')),
    forks: anew(independent(10, 'bench/large')),
    chain: anew(`FROM bench/base\nARG ROUND\n${'RUN true\n'.repeat(50)}`),
    async unchanged(at) {
      await writeSource(at)
      const command = await stages(at, 'FROM bench/base\nCOPY src src\nRUN true\n')
      await output(command(false))
      return () => whole(command(false))()
    },
    async firstLine(at) {
      const command = await stages(at, `FROM bench/base\nARG ROUND\nRUN ${firstLineScript}\n`)
      return () => toWord(firstWord, command(true))()
    },
    async log(at) {
      const command = await stages(at, `FROM bench/base\nARG ROUND\nRUN ${logScript}\n`)
      return () => whole(command(true))()
    },
  }
}

/** Independent stages, and one that depends on all of them. */
function independent(count: number, base: string): string {
  const names = numbered(count, (at) => `s${at}`)
  const own = names.map((name) => `FROM ${base} AS ${name}\nARG ROUND\nRUN : >/${name}\n`)
  return `${own.join('')}FROM scratch\n${names.map((name) => `COPY --from=${name} /${name} /${name}\n`).join('')}`
}
