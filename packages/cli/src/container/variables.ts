import type { Config } from '../config/config.ts'
import { type SettingKey, settingKeys } from '../config/settings.ts'

type Env = Readonly<Record<string, string | undefined>>

const read = new Set([
  'CI',
  'TERM',
  'COLORTERM',
  'NO_COLOR',
  'TMUX',
  'TZ',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'HARMONT_EGRESS_ALLOW',
  'HARMONT_HOST_ALLOW',
  'HARMONT_OCI_RUNTIME',
])

/** Credentials, and variables for paths and choices of this machine. */
const kept = new Set([
  'HM_API_TOKEN',
  'HM_LOGIN_CODE',
  'HM_CACHE_DIR',
  'HM_DEBUG',
  'HM_LAUNCHER',
  'HM_PYTHON',
  'HM_SANDBOX',
  'HM_SANDBOX__DRIVER',
])

/**
 * Returns the names of the variables passed to `hm` in the container unchanged: those that it
 * reads, and named secrets.
 */
export function passedVariables(env: Env, secrets: readonly string[]): readonly string[] {
  const isPassed = (name: string) =>
    (read.has(name) || name.startsWith('HM_') || secrets.includes(name)) && !kept.has(name)
  return Object.keys(env)
    .filter((name) => env[name] !== undefined && isPassed(name))
    .sort()
}

/** Passes the user's settings as variables, because their file is not in the container. */
export function settingVariables(config: Pick<Config, 'get' | 'origin'>): Readonly<Record<string, string>> {
  const isWanted = (key: SettingKey) =>
    config.origin(key).layer === 'user' && !key.startsWith('cloud.') && key !== 'sandbox.driver'
  return Object.fromEntries(
    settingKeys
      .filter(isWanted)
      .map((key) => [`HM_${key.replaceAll('.', '__').toUpperCase()}`, String(config.get(key))]),
  )
}
