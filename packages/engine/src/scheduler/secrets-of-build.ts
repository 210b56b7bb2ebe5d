import type { SecretsAnswer } from '../port.ts'
import type { BuildContext } from '../store.ts'

/** Knows the secrets of builds. */
export interface SecretsOwner {
  /**
   * Returns the secrets of these names that the build has, or why it has none. `isForShell`: for
   * commands that a person types, not the pipeline's.
   */
  of(buildId: string, names: readonly string[], isForShell?: boolean): Promise<SecretsAnswer>
}

const forkRemark = 'The secrets of this step are not set: builds of forks get none.'

/** Returns the owner's answer, but none to a build of a fork, whatever the owner would say. */
export async function secretsOfBuild(
  owner: SecretsOwner,
  { trust }: Pick<BuildContext, 'trust'>,
  ...asked: Parameters<SecretsOwner['of']>
): Promise<SecretsAnswer> {
  return trust === 'fork' ? { kind: 'withheld', remark: forkRemark } : owner.of(...asked)
}
