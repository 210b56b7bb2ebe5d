import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { imageFailure, openImages } from './open-images.ts'

/** `hm image pull IMAGE` */
export const run: Handler<'image pull'> = async (context) => {
  const { args, output } = context
  const images = await openImages(context)
  try {
    const { digest } = await images.resolve(args.image, output.say)
    await output.print(digest)
    return exits.ok
  } catch (error) {
    throw imageFailure(error)
  }
}
