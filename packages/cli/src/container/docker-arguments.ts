/** What decides how the container is started. */
export interface ContainerFacts {
  readonly name: string
  /** Value of `clientLabel`. */
  readonly client: string
  readonly image: string
  /** For `--network`; undefined: Docker's own default. */
  readonly network: string | undefined
  /** The words after `hm`, as they were given. */
  readonly line: readonly string[]
  readonly workingDirectory: string
  /** Absolute paths that are in the container under the same name. */
  readonly mounts: readonly { readonly path: string; readonly readOnly: boolean }[]
  /** Variables that keep their value, which is not shown in the list of processes. */
  readonly passed: readonly string[]
  readonly variables: Readonly<Record<string, string>>
  /** Input, output and messages are all one terminal. */
  readonly isTerminal: boolean
  readonly hasInput: boolean
  /**
   * This machine has v1 controllers with a v2 hierarchy beside them, of which Docker mounts only
   * the first.
   */
  readonly hasHybridGroups: boolean
}

/**
 * Where the volume is in the container. The store of snapshots cannot lie on the container's own
 * file system, an overlay.
 */
export const cacheInside = '/var/cache/hm'

/** Says which process outside a container was started by. */
export const clientLabel = 'harmont.client'

/**
 * The arguments of `docker` that run this line of `hm` in a privileged container. No socket of
 * Docker is in it.
 */
export function dockerArguments(facts: ContainerFacts): readonly string[] {
  const set = { ...facts.variables, HM_SANDBOX: 'oci', HM_CACHE_DIR: cacheInside }
  return [
    'run',
    '--rm',
    '--pull=never',
    '--privileged',
    // Records of runs tell by process numbers who lives: those of all containers have to be from
    // one set.
    '--pid=host',
    `--name=${facts.name}`,
    `--label=${clientLabel}=${facts.client}`,
    ...(facts.network === undefined ? [] : [`--network=${facts.network}`]),
    ...(facts.hasHybridGroups ? ['--cgroupns=host', bind('/sys/fs/cgroup', false)] : []),
    ...(facts.hasInput ? ['--interactive'] : []),
    ...(facts.isTerminal ? ['--tty'] : []),
    `--mount=${fields('type=volume', 'source=harmont-cache', `target=${cacheInside}`)}`,
    ...facts.mounts.map(({ path, readOnly }) => bind(path, readOnly)),
    `--workdir=${facts.workingDirectory}`,
    ...facts.passed.map((name) => `--env=${name}`),
    ...Object.entries(set).map(([name, value]) => `--env=${name}=${value}`),
    facts.image,
    ...facts.line,
  ]
}

function bind(path: string, readOnly: boolean): string {
  return `--mount=${fields('type=bind', `source=${path}`, `target=${path}`, ...(readOnly ? ['readonly'] : []))}`
}

/** `--mount` is a line of CSV. */
function fields(...all: readonly string[]): string {
  return all.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')
}
