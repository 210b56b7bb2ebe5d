import { type RegistryLogin, registryOf } from '@harmont/sandbox'
import type { Build } from '../core/model.ts'
import type { SecretsAnswer } from '../port.ts'
import type { BuildContext } from '../store.ts'

/** Provides the secrets of builds. */
export interface SecretsOwner {
  /**
   * Returns the secrets of the build with these names, or the reason why it has none. `isForShell`
   * is for commands of a person instead of the pipeline.
   */
  of(buildId: string, names: readonly string[], isForShell?: boolean): Promise<SecretsAnswer>
  /**
   * Returns the login of the build's owner for a registry; null if there is none. Absent if builds
   * use the logins of their machine.
   */
  login?(buildId: string, registry: string): Promise<OwnedLogin | null>
}

interface OwnedLogin extends RegistryLogin {
  /** Whether builds of forks may use it to pull. */
  readonly forks: boolean
}

const forkRemark = 'The secrets of this step are not set: builds of forks get none.'

/** Returns the owner's answer, except that a build of a fork never gets secrets. */
export async function secretsOfBuild(
  owner: SecretsOwner,
  { trust }: Pick<BuildContext, 'trust'>,
  ...asked: Parameters<SecretsOwner['of']>
): Promise<SecretsAnswer> {
  return trust === 'fork' ? { kind: 'withheld', remark: forkRemark } : owner.of(...asked)
}

/**
 * Returns the login with which a build's runner may pull from a registry; null if there is none.
 * Returns it only for images that steps of the build name, whatever the runner requests.
 */
export async function loginOfBuild(
  owner: SecretsOwner,
  { id, steps }: Pick<Build, 'id' | 'steps'>,
  { trust }: Pick<BuildContext, 'trust'>,
  registry: string,
): Promise<RegistryLogin | null> {
  const isNamed = steps.some(({ image, services = [] }) =>
    [image, ...services.map((service) => service.image)].some((name) => name !== null && registryOf(name) === registry),
  )
  if (owner.login === undefined || !isNamed) return null
  const login = await owner.login(id, registry)
  if (login === null || (trust === 'fork' && !login.forks)) return null
  return { id: login.id, username: login.username, secret: login.secret }
}
