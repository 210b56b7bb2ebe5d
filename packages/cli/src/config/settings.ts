/** All settings (cli.md 3) in the form that commands receive. */
export interface Settings {
  readonly backend: 'local' | 'cloud'
  readonly 'cloud.org': string | undefined
  /** The base URL without a trailing slash. */
  readonly 'cloud.api_url': string
  /** Slug on the server to which this project submits builds. */
  readonly 'cloud.pipeline': string | undefined
  readonly default_pipeline: string | undefined
  readonly 'sandbox.driver': string | undefined
  readonly 'sandbox.image_fallback': 'none' | 'host' | 'host-any'
  /** The image in which the driver `docker` runs steps; undefined for this version's image. */
  readonly 'sandbox.container_image': string | undefined
  /** undefined for Docker's default. */
  readonly 'sandbox.container_network': string | undefined
  readonly 'preferences.format': 'human' | 'json'
  readonly 'preferences.auto_watch': boolean
  readonly 'cache.max_gb': number
}

export type SettingKey = keyof Settings
export type SettingValue = string | number | boolean

interface Setting<T> {
  readonly default: T
  /** Describes valid values, for messages. */
  readonly expected: string
  /**
   * Reads a value; returns undefined for an invalid one. Variables, flags and `hm config set` pass
   * text.
   */
  readonly read: (input: unknown) => SettingValue | undefined
  /** Additional variables besides `HM_` + key; they take precedence over it. */
  readonly variables?: readonly string[]
  readonly flag?: string
  /** Older names in files, as paths. */
  readonly synonyms?: readonly string[]
}

const slug = (input: unknown) => (typeof input === 'string' && /^[^\s/\p{Cc}]{1,200}$/u.test(input) ? input : undefined)

function oneOf(...choices: readonly string[]) {
  return (input: unknown) => (typeof input === 'string' && choices.includes(input) ? input : undefined)
}

function flagValue(input: unknown): boolean | undefined {
  if (input === true || input === 'true' || input === '1') return true
  return input === false || input === 'false' || input === '0' ? false : undefined
}

function positive(input: unknown): number | undefined {
  const number = typeof input === 'string' && /^\d+(\.\d+)?$/.test(input) ? Number(input) : input
  return typeof number === 'number' && number > 0 && Number.isFinite(number) ? number : undefined
}

/**
 * An http(s) base URL without credentials, query and trailing slash; a bare host name means https.
 */
export function readBase(input: unknown): string | undefined {
  if (typeof input !== 'string') return undefined
  const text = /^[a-z0-9.-]+\.[a-z]+(:\d+)?\/?$/i.test(input) ? `https://${input}` : input
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined
  return url.href.replace(/\/+$/, '')
}

export const settings: { readonly [K in SettingKey]: Setting<Settings[K]> } = {
  backend: {
    default: 'local',
    expected: 'local, docker (which means local) or cloud',
    read: (input) => (input === 'docker' ? 'local' : oneOf('local', 'cloud')(input)),
    synonyms: ['backend.type'],
  },
  'cloud.org': {
    default: undefined,
    expected: 'the slug of an organization',
    read: slug,
    variables: ['HM_ORG'],
    flag: '--org',
    synonyms: ['org'],
  },
  'cloud.api_url': {
    default: 'http://localhost:4000',
    expected: 'the http or https address of a server, without user, query and fragment',
    read: readBase,
    variables: ['HM_API_URL'],
    flag: '--api-url',
    synonyms: ['domain'],
  },
  'cloud.pipeline': { default: undefined, expected: 'the slug of a pipeline', read: slug },
  default_pipeline: { default: undefined, expected: 'the slug of a pipeline', read: slug },
  'sandbox.driver': {
    default: undefined,
    expected: 'the name of a sandbox driver',
    read: (input) => (typeof input === 'string' && /^[a-z][a-z0-9-]{0,30}$/.test(input) ? input : undefined),
    variables: ['HM_SANDBOX'],
  },
  'sandbox.image_fallback': {
    default: 'none',
    expected: 'none, host or host-any',
    read: oneOf('none', 'host', 'host-any'),
  },
  'sandbox.container_image': {
    default: undefined,
    expected: 'the name of an image in Docker',
    read: (input) => (typeof input === 'string' && /^[a-z0-9][\w.:/@-]{0,254}$/.test(input) ? input : undefined),
  },
  'sandbox.container_network': {
    default: undefined,
    expected: 'the name of a Docker network, none or host',
    read: (input) => (typeof input === 'string' && /^[a-zA-Z0-9][\w.-]{0,99}$/.test(input) ? input : undefined),
  },
  'preferences.format': { default: 'human', expected: 'human or json', read: oneOf('human', 'json') },
  'preferences.auto_watch': { default: true, expected: 'true or false', read: flagValue },
  'cache.max_gb': { default: 20, expected: 'a number above 0, in GiB', read: positive },
}

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settings, key)
}

export const settingKeys: readonly SettingKey[] = Object.keys(settings).filter(isSettingKey)

/** Lists every variable that sets this key, highest precedence first. */
export function variablesOf(key: SettingKey): readonly string[] {
  return [...(settings[key].variables ?? []), `HM_${key.replaceAll('.', '__').toUpperCase()}`]
}
