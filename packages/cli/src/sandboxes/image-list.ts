import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { localMinute } from '../terminal/amounts.ts'
import { printTable } from '../terminal/table.ts'
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
