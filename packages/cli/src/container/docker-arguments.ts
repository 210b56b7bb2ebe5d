/** The inputs of the container's command line. */
export interface ContainerFacts {
  readonly name: string
  /** Value of `clientLabel`. */
  readonly client: string
  readonly image: string
  /** The value of `--network`; undefined for Docker's default. */
  readonly network: string | undefined
  /** The words after `hm`, unchanged. */
  readonly line: readonly string[]
  readonly workingDirectory: string
  /** Absolute paths mounted in the container under the same name. */
  readonly mounts: readonly { readonly path: string; readonly readOnly: boolean }[]
  /** Variables passed by name only, so that the process list does not show their values. */
  readonly passed: readonly string[]
  readonly variables: Readonly<Record<string, string>>
  /** Whether stdin, stdout and stderr are all terminals. */
  readonly isTerminal: boolean
  readonly hasInput: boolean
  /**
   * Whether this machine has v1 controllers with a v2 hierarchy beside them. Docker mounts only the
   * v1 controllers.
   */
  readonly hasHybridGroups: boolean
}

/**
 * The volume's path in the container. The snapshot store cannot use the container's own overlay
 * file system.
 */
const cacheInside = '/var/cache/hm'

/** Names the label for the process outside that started a container. */
export const clientLabel = 'harmont.client'

/**
 * Returns the arguments of `docker` that run this line of `hm` in a privileged container, without
 * Docker's socket.
 */
export function dockerArguments(facts: ContainerFacts): readonly string[] {
  const set = { ...facts.variables, HM_SANDBOX: 'oci', HM_CACHE_DIR: cacheInside }
  return [
    'run',
    '--rm',
    '--pull=never',
    '--privileged',
    // Records identify living processes by number, so all containers must share one process
    // namespace.
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

/** Encodes the value of `--mount` as a line of CSV. */
function fields(...all: readonly string[]): string {
  return all.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')
}
