import { onChange, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => pipeline([sh('make gen').sh('make', { key: 'deps', cache: onChange('one') })]),
}
