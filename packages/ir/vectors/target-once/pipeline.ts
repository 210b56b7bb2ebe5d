import { pipeline, sh, target } from '@harmont/hm'

const base = target('base', () => sh('make base', { label: 'base' }))
export default {
  slug: 'vec',
  pipeline: () => pipeline([base().sh('make a', { label: 'a' }), base().sh('make b', { label: 'b' })]),
}
