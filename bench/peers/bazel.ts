import {
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
import { nothing, type Peer } from './peer.ts'

export const bazel: Peer = {
  name: 'Bazel, its sandbox',
  isolates: 'files that a step does not name, network; no limits',
  async open(folder) {
    const version = (await output({ folder, line: ['bazel', '--version'] })).trim()
    let round = 0
    const build = async (at: string, rules: string) => {
      await write(at, { WORKSPACE: '', BUILD: rules })
      const options = ['--jobs=2', '--noshow_progress', '--sandbox_default_allow_network=false']
      return {
        folder: at,
        line: ['bazel', `--output_user_root=${folder}/root`, 'build', '//:all', ...options],
      } as const
    }
    /** A changed environment makes every step run again. */
    const again = ({ folder: at, line }: Awaited<ReturnType<typeof build>>) => {
      round += 1
      return { folder: at, line: [...line, `--action_env=ROUND=${round}`] } as const
    }
    const anew = async (at: string, rules: string) => {
      const command = await build(at, rules)
      return () => whole(again(command))()
    }
    const independent = (count: number) => (at: string) => anew(at, numbered(count, (n) => rule(`s${n}`, [])).join(''))
    return {
      version,
      works: {
        one: independent(1),
        hundred: independent(100),
        thousand: independent(1_000),
        chain: (at) => anew(at, numbered(50, (n) => rule(`s${n}`, n === 0 ? [] : [`s${n - 1}`])).join('')),
        async unchanged(at) {
          await writeSource(at)
          const command = await build(at, rule('s0', []).replace('[]', 'glob(["src/**"])'))
          await output(command)
          return whole(command)
        },
        async firstLine(at) {
          const command = await build(at, rule('s0', [], `${firstLineScript} >&2; `))
          return () => toWord(firstWord, again(command))()
        },
        async log(at) {
          const command = await build(at, rule('s0', [], `${logScript} >&2; `))
          return () => whole(again(command))()
        },
      },
      ...nothing,
    }
  },
}

function rule(name: string, needs: readonly string[], script = ''): string {
  return `genrule(name = "${name}", srcs = ${JSON.stringify(needs)}, outs = ["${name}.out"], cmd = """${script}true > $@""")\n`
}
