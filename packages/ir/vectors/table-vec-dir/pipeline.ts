import { onChange, pipeline, sh } from '@harmont/hm'

export default { slug: 'vec', pipeline: () => pipeline([sh('make', { key: 'dir', cache: onChange('src') })]) }
