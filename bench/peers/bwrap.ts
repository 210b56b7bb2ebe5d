import { firstLineScript, firstWord, logScript, output, toBytes, toWord, whole } from './commands.ts'
import { manyFiles } from './many-files.ts'
import { nothing, type Peer } from './peer.ts'

const sandbox = 'bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --unshare-all'

export const bwrap: Peer = {
  name: 'bwrap, started by xargs',
  isFloor: true,
  isolates: 'files read-only, processes, network; no image, no limits, no root inside',
  async open(folder) {
    const version = (await output({ folder, line: ['bwrap', '--version'] })).trim()
    const shell = (at: string, script: string) => ({ folder: at, line: ['sh', '-c', script] }) as const
    const independent = (count: number) => async (at: string) =>
      whole(shell(at, `seq ${count} | xargs -P 2 -I N ${sandbox} true`))
    return {
      version,
      works: {
        one: independent(1),
        hundred: independent(100),
        thousand: independent(1_000),
        async forks(at) {
          await output(shell(at, `mkdir parent && cd parent && ${manyFiles}`))
          const fork = `${sandbox} --overlay-src ${at}/parent --tmp-overlay /mnt sh -c ': >/mnt/own'`
          return whole(shell(at, `seq 10 | xargs -P 2 -I N ${fork}`))
        },
        firstLine: async (at) => toWord(firstWord, shell(at, `${sandbox} ${firstLineScript}`)),
        log: async (at) => toBytes(shell(at, `${sandbox} sh -c '${logScript}'`)),
      },
      ...nothing,
    }
  },
}
