import type { IrService } from '@harmont/ir'
import { type Duration, MAX_TIMEOUT, seconds } from '../duration.ts'
import { nameOf, oneOrListOf, optionsOf, wholeNumberOf } from '../wrong-use.ts'
import { type EnvOptions, envOf } from './env.ts'

/** A sidecar that the command reaches by its name while it runs. */
export interface ServiceOptions {
  readonly name: string
  readonly image: string
  readonly env?: EnvOptions
  /** The command starts when this port answers. */
  readonly ready?: { readonly port: number; readonly timeout?: Duration }
}

export function servicesOf(where: string, value: unknown): readonly IrService[] {
  return oneOrListOf(where, value, (entry) => serviceOf(where, entry), 16)
}

function serviceOf(where: string, entry: unknown): IrService {
  const { name, image, env, ready } = optionsOf(where, entry, ['name', 'image', 'env', 'ready'])
  const variables = env === undefined ? {} : envOf(`${where}, env`, env)
  return Object.freeze({
    name: nameOf(`${where}, name`, name, 'Name the service.'),
    image: nameOf(`${where}, image`, image, 'Name an image.', 512),
    ...(Object.keys(variables).length > 0 && { env: variables }),
    ...(ready !== undefined && { ready: readyOf(`${where}, ready`, ready) }),
  })
}

function readyOf(where: string, value: unknown): NonNullable<IrService['ready']> {
  const { port, timeout } = optionsOf(where, value, ['port', 'timeout'])
  return Object.freeze({
    port: wholeNumberOf(`${where}, port`, port, 1, 65_535),
    ...(timeout !== undefined && { timeout_seconds: seconds(`${where}, timeout`, timeout, MAX_TIMEOUT) }),
  })
}
