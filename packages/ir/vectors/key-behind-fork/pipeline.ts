import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const base = sh('make base', { label: 'base' })
    return pipeline([base.fork({ label: 'x' }).sh('make x'), base.sh('make x')])
  },
}
