import { LEAVES, pipeline, sh, split, target } from '@harmont/hm'

const deps = target('deps', () => sh('npm ci', { label: 'deps' }))
const project = { [LEAVES]: () => deps().sh('npm test', { label: 'test' }) }

export default {
  slug: 'vec',
  pipeline: () => pipeline([split(2, { files: 'test' }, () => project), project]),
}
