import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Loads rules, all or none. Fails with what nft said. */
export async function nft(rules: string): Promise<void> {
  const done = run('nft', ['--file', '-'])
  done.child.stdin?.end(rules)
  await done
}

/** The objects that `nft list` gives; undefined when what was asked for is not there. */
export async function nftList<T>(...what: readonly string[]): Promise<readonly T[] | undefined> {
  try {
    const { stdout } = await run('nft', ['--json', '--handle', 'list', ...what])
    return (JSON.parse(stdout) as { readonly nftables: readonly T[] }).nftables
  } catch (error) {
    if (error instanceof Error && /No such file/.test(error.message)) return undefined
    throw error
  }
}
