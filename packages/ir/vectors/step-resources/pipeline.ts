import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => pipeline([sh('make a', { label: 'a', resources: { diskGb: 40, memoryGb: 8, cpu: 2 } })]),
}
