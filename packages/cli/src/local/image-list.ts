import type { Handler } from '../command.ts'
import { exits } from '../errors.ts'
import { openImages } from './open-images.ts'

/** `hm image list` */
export const run: Handler<'image list'> = async (context) => {
  const { output, global } = context
  const images = await (await openImages(context)).list()
  if (global.json) {
    const data = images.map(({ name, digest, origin, at }) => ({ name, digest, origin, at: at.toISOString() }))
    await output.json({ data })
    return exits.ok
  }
  for (const { name, digest, origin, at } of images)
    await output.print(`${name}  ${digest.slice(0, 19)}  ${origin}  ${at.toISOString().slice(0, 19).replace('T', ' ')}`)
  if (images.length === 0) output.say('no image was pulled or imported yet')
  return exits.ok
}
