import { resolve } from 'node:path'
import type { ImageStore } from '@harmont/sandbox'
import type { Context, Handler } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { localHome } from '../records/home.ts'
import { localMinute } from '../terminal/amounts.ts'
import { printTable } from '../terminal/table.ts'
import { requireLinux } from './require-linux.ts'

/** `hm image list` */
export const list: Handler<'image list'> = async (context) => {
  const { output, global } = context
  const images = await (await openImages(context)).list()
  if (global.json) {
    const data = images.map(({ name, digest, origin, at }) => ({ name, digest, origin, at: at.toISOString() }))
    await output.json({ data })
    return exits.ok
  }
  const rows = images.map(({ name, digest, origin, at }) => [
    name,
    digest.slice(0, 19),
    origin,
    localMinute(at.getTime()),
  ])
  await printTable(output, ['IMAGE', 'DIGEST', 'FROM', 'SINCE'], rows)
  if (images.length === 0) output.say('no images on this machine yet')
  return exits.ok
}

/** `hm image pull IMAGE` */
export const pull: Handler<'image pull'> = async (context) => {
  const { args, output } = context
  return printDigest(context, args.image, (images) => images.resolve(args.image, output.say))
}

/** `hm image import FILE IMAGE` */
export const importImage: Handler<'image import'> = async (context) => {
  const { args, output } = context
  const source = args.file.startsWith('oci:') ? args.file : resolve(args.file)
  return printDigest(context, args.image, (images) => {
    output.say(`Importing ${args.file}…`)
    return images.importImage(args.image, source)
  })
}

/** Prints the digest of the image that `work` returns. Throws exit 4 if it is unavailable. */
async function printDigest(
  context: Pick<Context, 'cacheDirectory' | 'env' | 'output' | 'global'>,
  name: string,
  work: (images: ImageStore) => Promise<{ readonly digest: string }>,
): Promise<ExitCode> {
  const images = await openImages(context)
  try {
    const { digest } = await work(images)
    if (context.global.json) await context.output.json({ name, digest })
    else await context.output.print(digest)
    return exits.ok
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new HmError(exits.unavailable, 'image_unavailable', message, { cause: error })
  }
}

/**
 * `hm image rm IMAGE`: removes the image. `hm cache clean` removes its files once no snapshot needs
 * them.
 */
export const remove: Handler<'image rm'> = async (context) => {
  const { args, global, output } = context
  const images = await openImages(context)
  if (!(await images.remove(args.image)))
    throw new HmError(exits.notFound, 'image_not_found', `no image is named ${args.image}`, { fix: 'hm image list' })
  if (global.json) await output.json({ name: args.image })
  else output.say(`removed ${args.image}`)
  return exits.ok
}

/** Opens the images of this machine without opening sandboxes. */
async function openImages({ cacheDirectory, env }: Pick<Context, 'cacheDirectory' | 'env'>): Promise<ImageStore> {
  requireLinux()
  const { imageStore } = await import('./open-sandboxes.ts')
  return imageStore(localHome(cacheDirectory), 'none', env)
}
