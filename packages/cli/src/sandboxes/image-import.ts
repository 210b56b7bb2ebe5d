import { resolve } from 'node:path'
import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { imageFailure, openImages } from './open-images.ts'

/** `hm image import FILE IMAGE` */
export const run: Handler<'image import'> = async (context) => {
  const { args, output } = context
  const images = await openImages(context)
  const source = args.file.startsWith('oci:') ? args.file : resolve(args.file)
  output.say(`Importing ${args.file}…`)
  try {
    const { digest } = await images.importImage(args.image, source)
    await output.print(digest)
    return exits.ok
  } catch (error) {
    throw imageFailure(error)
  }
}
