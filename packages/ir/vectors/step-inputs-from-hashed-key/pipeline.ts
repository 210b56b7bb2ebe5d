import { filesFrom, pipeline, sh, wait } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const gen = sh('make gen')
    return pipeline([gen, wait(), sh('make c', { label: 'c', inputs: filesFrom(gen, 'gen') })])
  },
}
