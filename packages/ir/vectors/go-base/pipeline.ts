import { pipeline, sh } from '@harmont/hm'
import { go } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const base = sh('make base', { label: 'base' })
    return pipeline([go({ base }).test()])
  },
}
