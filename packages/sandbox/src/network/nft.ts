import { run } from '../system/processes.ts'
import { isScarcity } from '../system/scarcity.ts'
import { ToolFailed } from '../system/tool-failed.ts'

/** Returns whether this machine would accept the rules, without loading them. */
export async function takes(rules: string): Promise<boolean> {
  const asked = run('nft', ['--check', '--file', '-'])
  asked.child.stdin?.end(rules)
  try {
    await asked
    return true
  } catch (error) {
    // Exit status 1 includes rules that the kernel does not support.
    if (error instanceof Error && 'code' in error && error.code === 1) return false
    throw error
  }
}

/** Loads the rules, all or none. Rejects with `ToolFailed` if nft refuses them. */
export async function nft(rules: string): Promise<void> {
  const done = run('nft', ['--file', '-'])
  done.child.stdin?.end(rules)
  await done.catch((error: unknown) => {
    // A lack of resources says nothing about the rules.
    if (isScarcity(error)) throw error
    throw new ToolFailed('nft rejected the firewall rules of the sandboxes', String(error))
  })
}

/** Returns the objects of `nft list`; undefined if the object does not exist. */
export async function nftList<T>(...what: readonly string[]): Promise<readonly T[] | undefined> {
  try {
    const { stdout } = await run('nft', ['--json', '--handle', 'list', ...what])
    return (JSON.parse(stdout) as { readonly nftables: readonly T[] }).nftables
  } catch (error) {
    if (error instanceof Error && /No such file/.test(error.message)) return undefined
    throw error
  }
}
