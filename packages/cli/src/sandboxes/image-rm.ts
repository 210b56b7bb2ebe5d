import type { Handler } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { openImages } from './open-images.ts'

/** `hm image rm IMAGE`: its files go with `hm cache clean`, once no snapshot lies on them. */
export const run: Handler<'image rm'> = async (context) => {
  const { args, output } = context
  const images = await openImages(context)
  if (!(await images.remove(args.image)))
    throw new HmError(exits.notFound, 'image_not_found', `no image is named ${args.image}`, { fix: 'hm image list' })
  output.say(`removed ${args.image}`)
  return exits.ok
}
